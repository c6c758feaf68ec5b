/** gRPC as callers of the mesh speak it: grpc-js, given bytes. */
import { Client, Metadata, type ServiceError } from "@grpc/grpc-js";
import { clientCredentials } from "#platform/rpc/tls.ts";
import { meshMetadata, PEER, SERVICE_PATH, WINDOW_BYTES, type Wire, WireError, type WireOptions } from "./wire.ts";

/** Opens a connection; it shares none with other clients of this process. */
export function openGrpcJsWire({ address, tls, tenant }: WireOptions): Wire {
  const client = new Client(address, clientCredentials(tls, PEER), {
    "grpc.max_receive_message_length": WINDOW_BYTES,
    "grpc.ssl_target_name_override": "localhost",
    "grpc.default_authority": "localhost",
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 100,
    "grpc.enable_retries": 0,
  });
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(meshMetadata(tenant))) {
    metadata.set(key, value);
  }
  return {
    call(method, request, timeoutSeconds, done) {
      client.makeUnaryRequest<Buffer, Buffer>(
        SERVICE_PATH + method,
        passBytes,
        passBytes,
        request,
        metadata,
        { deadline: Date.now() + timeoutSeconds * 1000 },
        (error, answer) => done(error === null ? undefined : wireError(error), answer ?? Buffer.alloc(0)),
      );
    },
    open(method, timeoutSeconds, hear, ended) {
      const call = client.makeBidiStreamRequest<Buffer, Buffer>(SERVICE_PATH + method, passBytes, passBytes, metadata, {
        deadline: Date.now() + timeoutSeconds * 1000,
      });
      let error: ServiceError | undefined;
      call.on("data", hear);
      call.on("error", (reason: ServiceError) => {
        error = reason;
      });
      call.on("status", () => setImmediate(() => ended(error === undefined ? undefined : wireError(error))));
      return { write: (request) => void call.write(request), end: () => call.end() };
    },
    // It connects again by itself.
    isOpen: () => true,
    close: () => client.close(),
  };
}

function wireError(error: ServiceError): WireError {
  return new WireError(error.code, error.details);
}

function passBytes(bytes: Buffer): Buffer {
  return bytes;
}
