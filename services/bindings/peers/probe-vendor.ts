/** Whether a vendor is really there: asks its health, over a connection that only its own certificate gets. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { Metadata } from "@grpc/grpc-js";
import { Health, HealthCheckRequestSchema, HealthCheckResponse_ServingStatus } from "#gen/health/v1/health_pb.js";
import { exchange } from "#platform/rpc/grpc-calls.ts";
import { openGrpcTransport } from "#platform/rpc/grpc-transport.ts";
import { clientCredentials, type TlsFiles } from "#platform/rpc/tls.ts";
import type { Vendor } from "../domain/vendor.ts";

/** Longest wait for a vendor's word, in milliseconds: whoever binds it waits along. */
const PROBE_TIMEOUT_MS = 2_000;

/** Why the vendor cannot be used now; undefined where it can. */
export type ProbeVendor = (vendor: Vendor) => Promise<string | undefined>;

/** Probes as this service. */
export function probeAs(tls: TlsFiles): ProbeVendor {
  return async ({ capability, vendor, address }) => {
    const transport = openGrpcTransport(address, clientCredentials(tls, `${capability}/${vendor}`));
    const request = create(HealthCheckRequestSchema);
    try {
      const { status } = await exchange(transport.client, Health.method.check, request, {
        metadata: new Metadata(),
        signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
        deadline: Date.now() + PROBE_TIMEOUT_MS,
      });
      return status === HealthCheckResponse_ServingStatus.SERVING ? undefined : "it says that it does not serve";
    } catch (error) {
      // A vendor need not serve health: that it says so proves that it is there.
      if (error instanceof ConnectError && error.code === Code.Unimplemented) {
        return undefined;
      }
      return error instanceof Error ? error.message : String(error);
    } finally {
      transport.close();
    }
  };
}
