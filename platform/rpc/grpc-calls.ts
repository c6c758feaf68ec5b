/** Calls of grpc-js as Connect knows them: cancelled by a signal, ended by a timeout, failing with a ConnectError. */
import { type EventEmitter, once } from "node:events";
import {
  create,
  type DescMessage,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  ConnectError,
  type StreamRequest,
  type StreamResponse,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import {
  type Client,
  type ClientDuplexStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  type StatusObject,
} from "@grpc/grpc-js";
import { errorFromStatus } from "../errors/status.ts";
import { headersFromMetadata, metadataFromHeaders } from "./metadata.ts";

/** One request, one answer. */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  request: UnaryRequest<I, O>,
  timeoutMs: number | undefined,
): Promise<UnaryResponse<I, O>> {
  const header = new Headers();
  const trailer = new Headers();
  const message = await exchange(client, method, request.message, {
    metadata: metadataFromHeaders(request.header),
    signal: request.signal,
    ...deadlineIn(timeoutMs),
    started: (call) => keepMetadata(call, header, trailer),
  });
  return { stream: false, service: method.parent, method, message, header, trailer };
}

/** What an exchange needs besides the request. */
export interface ExchangeOptions {
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly deadline?: number;
  /** Is given the call once it is under way. */
  readonly started?: (call: ClientUnaryCall) => void;
}

/** One request, one answer, and nothing around them: what a call costs at least. */
export function exchange<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  { metadata, signal, deadline, started }: ExchangeOptions,
): Promise<MessageShape<O>> {
  return new Promise((resolve, reject) => {
    const { path, serialize } = wireOf(method);
    const call = client.makeUnaryRequest<MessageShape<I>, Buffer>(
      path,
      serialize,
      (bytes) => bytes,
      request,
      metadata,
      deadline === undefined ? {} : { deadline },
      (error, bytes) => {
        release();
        if (error !== null) {
          reject(connectError(error, signal));
          return;
        }
        try {
          resolve(bytes === undefined ? create(method.output) : fromBinary(method.output, bytes));
        } catch (cause) {
          reject(new UnreadableAnswer(method.output, cause));
        }
      },
    );
    started?.(call);
    const release = cancelOn(signal, call);
  });
}

/** What came is not the message that the contract says. Not a ConnectError, which every ConnectError is an instance of. */
export class UnreadableAnswer extends Error {
  constructor(desc: DescMessage, cause: unknown) {
    super(`the answer is not a valid ${desc.typeName}`, { cause });
  }
}

/**
 * A call of any kind of stream: on the wire, one message is a stream of one. Given as soon as the peer took the call;
 * requests are sent from then on whether answers are read or not.
 */
export async function callStream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodStreaming<I, O>,
  request: StreamRequest<I, O>,
  timeoutMs: number | undefined,
): Promise<StreamResponse<I, O>> {
  const { path, serialize, deserialize } = wireOf(method);
  const { signal } = request;
  const header = new Headers();
  const trailer = new Headers();
  const call = client.makeBidiStreamRequest(
    path,
    serialize,
    deserialize,
    metadataFromHeaders(request.header),
    deadlineIn(timeoutMs),
  );
  keepMetadata(call, header, trailer);
  const release = cancelOn(signal, call);
  const over = new AbortController();
  let failure: ConnectError | undefined;
  const answered = new Promise<void>((resolve, reject) => {
    call.once("metadata", () => resolve());
    // Kept, since grpc-js says it once, and nobody may be reading then.
    call.on("error", (error) => {
      failure ??= connectError(error, signal);
      reject(failure);
    });
    call.once("status", () => {
      release();
      over.abort();
      resolve();
    });
  });
  sendAll(call, request.message, over.signal).catch((error: unknown) => {
    if (!over.signal.aborted) {
      call.destroy(ConnectError.from(error));
      call.cancel();
    }
  });
  await answered;
  return { stream: true, service: method.parent, method, header, trailer, message: received(call, () => failure) };
}

/** Sends what is pulled as fast as the peer takes it, until the call is over. */
async function sendAll<T>(call: ClientDuplexStream<T, unknown>, messages: AsyncIterable<T>, over: AbortSignal) {
  for await (const message of messages) {
    if (over.aborted) {
      return;
    }
    if (!call.write(message)) {
      await once(call, "drain", { signal: over });
    }
  }
  call.end();
}

/** What comes in, then the failure, if that is how the call ended. */
async function* received<T>(call: ClientDuplexStream<never, T>, failure: () => ConnectError | undefined) {
  try {
    // Whoever stops reading may go on writing.
    yield* call.iterator({ destroyOnReturn: false }) as AsyncIterable<T>;
  } catch (error) {
    throw failure() ?? error;
  }
  const late = failure();
  if (late !== undefined) {
    throw late;
  }
}

function wireOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O> | DescMethodStreaming<I, O>,
) {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    serialize: (request: MessageShape<I>) => Buffer.from(toBinary(method.input, request)),
    deserialize: (bytes: Buffer) => fromBinary(method.output, bytes),
  };
}

function keepMetadata(call: EventEmitter, header: Headers, trailer: Headers): void {
  call.once("metadata", (metadata: Metadata) => headersFromMetadata(metadata, header));
  call.once("status", (status: StatusObject) => headersFromMetadata(status.metadata, trailer));
}

/** Cancels the call when the signal aborts, until the returned function is called. */
function cancelOn(signal: AbortSignal, call: { cancel(): void }): () => void {
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) {
    cancel();
  }
  return () => signal.removeEventListener("abort", cancel);
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
