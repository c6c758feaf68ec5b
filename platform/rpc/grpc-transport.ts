/** A Connect transport on grpc-js: generated clients call over it as they would over any other. */
import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import { type ChannelCredentials, Client, Metadata, type ServiceError } from "@grpc/grpc-js";
import { errorFromStatus } from "../errors/status.ts";
import { headersFromMetadata, metadataFromHeaders } from "./metadata.ts";

/** Largest answer taken in, in bytes. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/** A transport with a connection of its own. */
export interface GrpcTransport extends Transport {
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
  return {
    close: () => client.close(),
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      runUnaryCall({
        interceptors,
        ...(signal === undefined ? {} : { signal }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        req: {
          stream: false,
          service: method.parent,
          method,
          requestMethod: "POST",
          url: `grpc://${address}/${method.parent.typeName}/${method.name}`,
          header: new Headers(header),
          contextValues: contextValues ?? emptyValues,
          message: input,
        },
        next: async (request) => ({
          stream: false,
          service: method.parent,
          method,
          ...(await callUnary(client, method, request.message, request.header, request.signal, timeoutMs)),
        }),
      }),
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      runStreamingCall({
        interceptors,
        ...(signal === undefined ? {} : { signal }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        req: {
          stream: true,
          service: method.parent,
          method,
          requestMethod: "POST",
          url: `grpc://${address}/${method.parent.typeName}/${method.name}`,
          header: new Headers(header),
          contextValues: contextValues ?? emptyValues,
          message: input,
        },
        next: async (request) => ({
          stream: true,
          service: method.parent,
          method,
          header: new Headers(),
          trailer: new Headers(),
          message: callServerStream(client, method, request.message, request.header, request.signal, timeoutMs),
        }),
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

function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  message: MessageShape<I>,
  header: Headers,
  signal: AbortSignal,
  timeoutMs: number | undefined,
): Promise<{ message: MessageShape<O>; header: Headers; trailer: Headers }> {
  return new Promise((resolve, reject) => {
    let initial = new Metadata();
    let trailing = new Metadata();
    const call = client.makeUnaryRequest<MessageShape<I>, MessageShape<O>>(
      `/${method.parent.typeName}/${method.name}`,
      (request) => Buffer.from(toBinary(method.input, request)),
      (bytes) => fromBinary(method.output, bytes),
      message,
      metadataFromHeaders(header),
      deadlineIn(timeoutMs),
      (error, value) => {
        signal.removeEventListener("abort", cancel);
        if (error === null) {
          resolve({
            message: value ?? create(method.output),
            header: headersFromMetadata(initial),
            trailer: headersFromMetadata(trailing),
          });
        } else {
          reject(connectError(error, signal));
        }
      },
    );
    const cancel = () => call.cancel();
    call.on("metadata", (metadata) => {
      initial = metadata;
    });
    call.on("status", (status) => {
      trailing = status.metadata;
    });
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) {
      cancel();
    }
  });
}

async function* callServerStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodStreaming<I, O>,
  messages: AsyncIterable<MessageShape<I>>,
  header: Headers,
  signal: AbortSignal,
  timeoutMs: number | undefined,
): AsyncGenerator<MessageShape<O>> {
  if (method.methodKind !== "server_streaming") {
    throw new ConnectError(`${method.name}: only server streams are carried`, Code.Unimplemented);
  }
  for await (const message of messages) {
    const call = client.makeServerStreamRequest<MessageShape<I>, MessageShape<O>>(
      `/${method.parent.typeName}/${method.name}`,
      (request) => Buffer.from(toBinary(method.input, request)),
      (bytes) => fromBinary(method.output, bytes),
      message,
      metadataFromHeaders(header),
      deadlineIn(timeoutMs),
    );
    const cancel = () => call.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      yield* call as AsyncIterable<MessageShape<O>>;
    } catch (error) {
      throw connectError(error, signal);
    } finally {
      signal.removeEventListener("abort", cancel);
      call.cancel();
    }
  }
}

function deadlineIn(timeoutMs: number | undefined): { deadline?: number } {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

function connectError(error: unknown, signal: AbortSignal): ConnectError {
  if (signal.aborted && signal.reason instanceof ConnectError) {
    return signal.reason;
  }
  if (!isServiceError(error)) {
    return ConnectError.from(error);
  }
  const details = error.metadata.get("grpc-status-details-bin")[0];
  return errorFromStatus(error.code as number, error.details, details instanceof Buffer ? details : undefined);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "metadata" in error && error.metadata instanceof Metadata && "code" in error;
}
