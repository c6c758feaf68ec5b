/** A vendor makes itself known to the mesh: takes a lease, keeps it, and gives it back when it leaves. */
import { create, type DescMethodUnary, type DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import {
  type Capabilities,
  CapabilitiesSchema,
  GetCapabilitiesRequestSchema,
} from "#gen/malla/vendor/v1/capabilities_pb.js";
import { errorInfoOf } from "../errors/rpc-error.ts";
import { pause } from "../lifecycle/pause.ts";
import { callerKey, ownCall } from "../rpc/call.ts";
import { openMeshClient } from "../rpc/mesh-client.ts";
import type { TlsFiles } from "../rpc/tls.ts";
import type { Logger } from "../telemetry/log.ts";
import { MESH_TENANT } from "./vendor-directory.ts";

/** Longest that one word to the bindings service may take, in milliseconds. */
const WORD_TIMEOUT_MS = 3_000;
/** Pause before a word that could not be said is said again, in milliseconds. */
const AGAIN_MS = 1_000;

/** Which vendor, and where. */
export interface RegistrationOptions {
  readonly capability: string;
  readonly vendor: string;
  /** Where the bindings service is, "host:port". */
  readonly bindings: string;
  /** Where the mesh reaches the vendor, "host:port". */
  readonly advertise: string;
  readonly capabilities: Capabilities;
  /** The conformance kit's certificate, a compact JWS. */
  readonly certificate: string | undefined;
  readonly tls: TlsFiles;
  readonly log: Logger;
}

/** Keeps a vendor registered; the bindings service may be away at any time, also at the start. */
export function keepRegistered(options: RegistrationOptions): { leave(): Promise<void> } {
  const { capability, vendor, advertise, capabilities, certificate, tls, log } = options;
  const client = openMeshClient(BindingsService, { peer: "bindings", address: options.bindings, tls });
  const name = `vendors/${capability}/${vendor}`;
  const leaving = new AbortController();
  const as = (signal: AbortSignal) =>
    client.for(ownCall(`${capability}/${vendor}`, MESH_TENANT, WORD_TIMEOUT_MS, signal));

  let certificateJws = certificate ?? "";
  const register = async (): Promise<number> => {
    try {
      const request = { address: advertise, capabilities, certificateJws };
      const { renewInterval } = await as(leaving.signal).registerVendor(request);
      log.info({ advertise }, "registered");
      return intervalOf(renewInterval);
    } catch (error) {
      if (isCertificateInvalid(error)) {
        // A vendor that serves uncertified is worth more than one that does not serve.
        log.error({ err: error }, "the conformance certificate is not accepted; registering without");
        certificateJws = "";
      }
      throw error;
    }
  };
  const renew = async () => {
    try {
      return intervalOf((await as(leaving.signal).renewVendorLease({ name })).renewInterval);
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.FailedPrecondition) {
        return register();
      }
      throw error;
    }
  };
  const keep = async () => {
    let word = register;
    while (!leaving.signal.aborted) {
      let waitMs = AGAIN_MS;
      try {
        waitMs = await word();
        word = renew;
      } catch (error) {
        if (!leaving.signal.aborted) {
          log.warn({ err: error }, "the mesh could not be told that this vendor is there; trying again");
        }
      }
      await pause(waitMs, leaving.signal);
    }
  };
  const keeping = keep();
  return {
    async leave() {
      leaving.abort();
      await keeping;
      try {
        await as(new AbortController().signal).deregisterVendor({ name });
      } catch (error) {
        log.warn({ err: error }, "left without a word: the lease will end by itself");
      }
      client.close();
    },
  };
}

function isCertificateInvalid(error: unknown): boolean {
  return error instanceof ConnectError && errorInfoOf(error)?.reason === "CERTIFICATE_INVALID";
}

function intervalOf(interval: { readonly seconds: bigint; readonly nanos: number } | undefined): number {
  return interval === undefined ? AGAIN_MS : Number(interval.seconds) * 1_000 + interval.nanos / 1e6;
}

/** What an implementation says of itself, by its RPC GetCapabilities; undefined where the service has none. */
export async function capabilitiesOf<Service extends DescService>(
  service: Service,
  implementation: ServiceImpl<Service>,
): Promise<Capabilities | undefined> {
  const method = service.methods.find(
    (one): one is DescMethodUnary<typeof GetCapabilitiesRequestSchema, typeof CapabilitiesSchema> =>
      one.methodKind === "unary" && one.output.typeName === CapabilitiesSchema.typeName,
  );
  if (method === undefined) {
    return undefined;
  }
  const transport = createRouterTransport((router) => void router.service(service, implementation), {
    router: {
      interceptors: [
        (next) => (request) => {
          request.contextValues.set(callerKey, {
            tenant: MESH_TENANT,
            principal: "service:vendor",
            scopes: new Set(["*"]),
          });
          return next(request);
        },
      ],
    },
  });
  const request = create(GetCapabilitiesRequestSchema);
  return (await transport.unary(method, undefined, WORD_TIMEOUT_MS, undefined, request)).message;
}
