/** A vendor at an address as a target: plain gRPC, in whatever language it is written. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { ChannelCredentials } from "@grpc/grpc-js";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { rulesOf } from "#platform/rpc/authorize.ts";
import { openGrpcTransport } from "#platform/rpc/grpc-transport.ts";
import { MESH_HEADERS } from "#platform/rpc/metadata.ts";
import { spiffePeer } from "#platform/rpc/tls.ts";
import { type Exchange, recordExchanges } from "./record.ts";
import type { Suite, Target } from "./suite.ts";
import { askCapabilities, clientOver, createTarget } from "./target.ts";

/** Where a vendor is and how it is reached. */
export interface EndpointOptions {
  /** "host:port". */
  readonly address: string;
  /** Undefined: cleartext HTTP/2. */
  readonly tls: EndpointTls | undefined;
  /** Deadline of a call that names none, in milliseconds. */
  readonly timeoutMs: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** Begins the names of the run's tenants. */
  readonly tenantPrefix: string;
}

/** Files (PEM) for TLS. */
export interface EndpointTls {
  readonly caFile: string;
  /** Certificate and key of the kit itself, where the vendor asks for them. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Identity that the vendor's certificate must show, e.g. "kyc/native"; undefined: the host's name is checked instead. */
  readonly peer?: string | undefined;
}

/** A vendor that can be called. */
export interface Endpoint<Service extends DescService> {
  /** Asks what it can do; by `describe` where the contract has no RPC for that. */
  capabilities(describe?: Suite<Service>["describe"]): Promise<Capabilities>;
  /** A target with a tenant and a connection of its own, and what was said through it. */
  target(capabilities: Capabilities): OpenTarget<Service>;
}

/** A target to be closed. */
export interface OpenTarget<Service extends DescService> {
  readonly target: Target<Service>;
  readonly exchanges: readonly Exchange[];
  close(): void;
}

/** A vendor at an address; nothing is connected before the first call. */
export function openEndpoint<Service extends DescService>(
  service: Service,
  { address, tls, timeoutMs, parameters, tenantPrefix }: EndpointOptions,
): Endpoint<Service> {
  const credentials = tls === undefined ? ChannelCredentials.createInsecure() : secureCredentials(tls, address);
  const newTenant = () => `${tenantPrefix}-${randomUUID().slice(0, 8)}`;
  // A connection each: what one clause does to its own is nothing to the next.
  const connect = (exchanges: Exchange[]) => {
    const transport = openGrpcTransport(address, credentials, [recordExchanges(exchanges)]);
    return {
      close: () => transport.close(),
      clientOf: ({
        tenant,
        timeoutMs: limitMs = timeoutMs,
      }: {
        readonly tenant: string;
        readonly timeoutMs?: number;
      }) => clientOver(service, transport, limitMs, (method, given) => identified(method, given, tenant)),
    };
  };
  return {
    async capabilities(describe) {
      const { clientOf, close } = connect([]);
      try {
        const client = clientOf({ tenant: newTenant() });
        return await (describe === undefined
          ? askCapabilities(service, client)
          : describe(client, (name) => parameters[name]));
      } finally {
        close();
      }
    },
    target(capabilities) {
      const exchanges: Exchange[] = [];
      const { clientOf, close } = connect(exchanges);
      return { exchanges, close, target: createTarget({ capabilities, tenant: newTenant(), parameters, clientOf }) };
    },
  };
}

/** Metadata as the capability's service sends it. A call in the name of no tenant carries none. */
function identified(method: DescMethod, given: ConstructorParameters<typeof Headers>[0], tenant: string): Headers {
  const headers = new Headers(given);
  if (tenant !== "") {
    headers.set(MESH_HEADERS.tenant, tenant);
  }
  headers.set(MESH_HEADERS.principal, "conformance");
  headers.set(MESH_HEADERS.scopes, rulesOf(method).requiredScopes.join(" "));
  return headers;
}

function secureCredentials({ caFile, certFile, keyFile, peer }: EndpointTls, address: string): ChannelCredentials {
  const read = (file: string | undefined) => (file === undefined ? null : readFileSync(file));
  return ChannelCredentials.createSsl(read(caFile), read(keyFile), read(certFile), {
    ...(peer === undefined
      ? {}
      : {
          checkServerIdentity: (_host, certificate) => {
            const found = spiffePeer(certificate);
            return found === peer
              ? undefined
              : new Error(`${address} is ${found ?? "nobody that its certificate names"}, not ${peer}`);
          },
        }),
  });
}
