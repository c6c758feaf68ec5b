/** A service of the mesh as a backend: authenticated both ways, tried again where the contract allows it. */
import { create, type DescService, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "#gen/health/v1/health_pb.js";
import { createPeerPolicies, isRetried, withReason } from "#platform/rpc/mesh-client.ts";
import { clientTls, type TlsFiles } from "#platform/rpc/tls.ts";
import { pathOf } from "./edge/methods.ts";
import type { Backend } from "./grpc/backend.ts";
import { contentOf, enclose } from "./grpc/envelope.ts";
import { openRemote } from "./grpc/remote-backend.ts";

/** Where a service is and who it has to be. */
export interface MeshBackendOptions {
  /** Name in its certificate, e.g. "ledger". */
  readonly capability: string;
  /** "host:port". */
  readonly address: string;
  readonly tls: TlsFiles;
  /** What it serves. */
  readonly services: readonly DescService[];
}

/** A backend that can be asked how it is. */
export interface MeshBackend extends Backend {
  /** Whether it says SERVING within the time. */
  isServing(timeoutMs: number): Promise<boolean>;
}

/** Largest answer taken in, in bytes. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** What is kept of the caller's time for the answer's way home, in milliseconds. */
const HOP_RESERVE_MS = 5;

/** Opens the way to a service. */
export function openMeshBackend({ capability, address, tls, services }: MeshBackendOptions): MeshBackend {
  const remote = openRemote({
    target: new URL(`https://${address}`),
    // Certificates name services, not hosts; an address may not stand in TLS's server name (RFC 6066, section 3).
    tls: { ...clientTls(tls, capability), servername: "localhost" },
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
  const policies = createPeerPolicies();
  const retried = new Set(services.flatMap(({ methods }) => methods.filter(isRetried).map(pathOf)));
  return {
    async unary(call, envelope) {
      const deadlineMs = call.timeoutMs === undefined ? undefined : Date.now() + call.timeoutMs - HOP_RESERVE_MS;
      try {
        return await policies.execute(
          () =>
            remote.unary(
              { ...call, timeoutMs: deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - Date.now()) },
              envelope,
            ),
          { isRetried: retried.has(call.path), signal: call.signal },
        );
      } catch (error) {
        throw withReason(error); // the policies' own refusals are outages, no defects
      }
    },
    relay: (call, listener) => remote.relay(call, listener),
    close: () => remote.close(),
    async isServing(timeoutMs) {
      const request = toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema));
      const call = { path: pathOf(Health.method.check), metadata: [], timeoutMs, signal: new AbortController().signal };
      try {
        const { envelope } = await remote.unary(call, enclose(request));
        const { status } = fromBinary(HealthCheckResponseSchema, contentOf(envelope));
        return status === HealthCheckResponse_ServingStatus.SERVING;
      } catch (error) {
        if (error instanceof ConnectError) {
          return false; // out of reach, or it says no: either way it does not serve
        }
        throw error;
      }
    },
  };
}
