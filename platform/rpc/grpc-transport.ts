/** A Connect transport on grpc-js: generated clients call over it as they would over any other. */
import type { DescMethod } from "@bufbuild/protobuf";
import type { ContextValues, Interceptor, Transport } from "@connectrpc/connect";
import { runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import { type ChannelCredentials, Client } from "@grpc/grpc-js";
import { callStream, callUnary } from "./grpc-calls.ts";

/** Largest answer taken in, in bytes. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** A transport with a connection of its own. */
export interface GrpcTransport extends Transport {
  /** The connection itself, for who needs no more than that. */
  readonly client: Client;
  close(): void;
}

/** Opens a transport to `address` ("host:port"). It connects when first used and again whenever the peer comes back. */
export function openGrpcTransport(
  address: string,
  credentials: ChannelCredentials,
  interceptors: Interceptor[] = [],
): GrpcTransport {
  const client = new Client(address, credentials, {
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // A restarted peer is found again within a second, not within grpc's default of two minutes.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.enable_retries": 0,
    // Certificates name services, not hosts; an address may not stand in TLS's server name (RFC 6066, section 3).
    "grpc.ssl_target_name_override": "localhost",
    "grpc.default_authority": "localhost",
  });
  const requestOf = <Method extends DescMethod>(
    method: Method,
    header: ConstructorParameters<typeof Headers>[0],
    contextValues: ContextValues = emptyValues,
  ) => ({
    service: method.parent,
    method,
    requestMethod: "POST",
    url: `grpc://${address}/${method.parent.typeName}/${method.name}`,
    header: new Headers(header),
    contextValues,
  });
  return {
    client,
    close: () => client.close(),
    unary: (method, signal, timeoutMs, header, message, contextValues) =>
      runUnaryCall({
        interceptors,
        ...limitsOf(signal, timeoutMs),
        req: { stream: false, ...requestOf(method, header, contextValues), message },
        next: (request) => callUnary(client, method, request, timeoutMs),
      }),
    stream: (method, signal, timeoutMs, header, message, contextValues) =>
      runStreamingCall({
        interceptors,
        ...limitsOf(signal, timeoutMs),
        req: { stream: true, ...requestOf(method, header, contextValues), message: pulledOnce(message) },
        next: (request) => callStream(client, method, request, timeoutMs),
      }),
  };
}

const emptyValues = {
  get: <T>(key: { defaultValue: T }): T => key.defaultValue,
  set(): never {
    throw new Error("these context values are read only");
  },
  delete(): never {
    throw new Error("these context values are read only");
  },
};

function limitsOf(signal: AbortSignal | undefined, timeoutMs: number | undefined) {
  return { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** Connect asks for the iterator again to end it, which a ReadableStream, once it is being read, answers by throwing. */
function pulledOnce<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
  const pulled = messages[Symbol.asyncIterator]();
  return { [Symbol.asyncIterator]: () => pulled };
}
