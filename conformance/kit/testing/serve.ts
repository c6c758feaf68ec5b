/** Serves an implementation on a port, in cleartext: a vendor for tests of the kit itself. */
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { ServerCredentials } from "@grpc/grpc-js";
import { served, serveGrpc } from "#platform/rpc/serve-grpc.ts";
import { validateRequests } from "#platform/rpc/validate.ts";
import { believeTenants } from "../callers.ts";

/** A vendor that listens. */
export interface ServedVendor {
  /** "127.0.0.1:port". */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts to serve. */
export async function serveVendor<Service extends DescService>(
  service: Service,
  implementation: ServiceImpl<Service>,
): Promise<ServedVendor> {
  const server = await serveGrpc({
    services: [served(service, implementation)],
    interceptors: [believeTenants, validateRequests],
    credentials: ServerCredentials.createInsecure(),
    listen: { host: "127.0.0.1", port: 0 },
  });
  return { address: `127.0.0.1:${server.port}`, stop: () => server.drain(0) };
}
