/** gRPC by grpc-js, as most services would call. */
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import type { Target, Wire } from "./wire.ts";

/** Opens the connections. */
export function openGrpcJsWire({ host, port, path, body, connections }: Target): Wire {
  const clients = Array.from(
    { length: connections },
    () => new Client(`${host}:${port}`, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 }),
  );
  const message = Buffer.from(body, "hex");
  const pass = (bytes: Buffer) => bytes;
  let next = 0;
  return {
    send(done) {
      next = (next + 1) % clients.length;
      clients[next]?.makeUnaryRequest(path, pass, pass, message, new Metadata(), (error) =>
        done(error === null ? "ok" : error.code === status.RESOURCE_EXHAUSTED ? "refused" : "failed"),
      );
      return true;
    },
    close() {
      for (const client of clients) {
        client.close();
      }
    },
  };
}
