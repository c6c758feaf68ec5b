/** Calls with decoded messages, for the protocols that have to read and write them: REST, and Connect. */

import { type DescMethod, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { BackendCall } from "../grpc/backend.ts";
import { contentOf, EnvelopeReader, enclose, isCompressed } from "../grpc/envelope.ts";
import { headersOf, isMetadata } from "../grpc/metadata.ts";
import { callError } from "../grpc/status.ts";
import type { HeaderField } from "../http2/index.ts";
import type { Passage } from "./door.ts";
import type { EdgeMethod } from "./methods.ts";
import { createPipedBody } from "./piped-body.ts";

/** The answer of a unary call. */
export interface MessageAnswer {
  readonly message: Message;
  readonly header: Headers;
  readonly trailer: Headers;
}

/** Sends one message that was looked at, and waits for the one that answers. */
export async function callUnaryMessage(
  method: EdgeMethod,
  passage: Passage,
  signal: AbortSignal,
  message: Message,
): Promise<MessageAnswer> {
  passage.check?.(message);
  const answer = await method.backend.unary(
    callOf(method, passage, signal),
    enclose(toBinary(method.desc.input, message)),
  );
  return {
    message: decodeAnswer(method.desc, answer.envelope),
    header: metadataOf(answer.header),
    trailer: metadataOf(answer.trailer),
  };
}

/** What a stream of messages tells beside them. */
export interface StreamHooks {
  readonly onHeader: (header: Headers) => void;
  readonly onTrailer: (trailer: Headers) => void;
}

/** Sends messages as the backend takes them, and gives those that come back as they are pulled. */
export async function* callMessageStream(
  method: EdgeMethod,
  passage: Passage,
  signal: AbortSignal,
  messages: AsyncIterable<Message>,
  maxBytes: number,
  hooks: StreamHooks,
): AsyncGenerator<Message> {
  const abort = new AbortController();
  const call = callOf(method, passage, AbortSignal.any([signal, abort.signal]));
  const pipe = createPipedBody({ taken: (bytes) => relay.consume(bytes), stopped() {} });
  let drained = () => {};
  const relay = method.backend.relay(call, {
    onHeader: (header) => hooks.onHeader(metadataOf(header)),
    onData: (chunk) => void pipe.push(chunk),
    onDrain: () => drained(),
    onEnd(trailer, error) {
      hooks.onTrailer(metadataOf(trailer));
      error === undefined ? pipe.end() : pipe.fail(error);
      abort.abort();
      drained();
    },
  });
  const sendAll = async () => {
    for await (const message of messages) {
      passage.check?.(message);
      if (abort.signal.aborted) {
        return;
      }
      if (!relay.write(enclose(toBinary(method.desc.input, message)))) {
        await new Promise<void>((resolve) => {
          drained = resolve;
        });
      }
    }
    relay.end();
  };
  sendAll().catch((error: unknown) => {
    pipe.fail(error);
    abort.abort(callError(error));
  });
  const reader = new EnvelopeReader(maxBytes);
  try {
    for await (const chunk of pipe.body) {
      reader.push(chunk);
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        yield decodeAnswer(method.desc, next);
      }
    }
    if (!reader.isAtBoundary) {
      throw new ConnectError("the backend's last message is cut short", Code.Internal);
    }
  } finally {
    abort.abort();
  }
}

function callOf(
  method: EdgeMethod,
  { metadata, timeoutMs, tellsTimeout = true }: Passage,
  signal: AbortSignal,
): BackendCall {
  return { path: method.path, metadata, timeoutMs, tellsTimeout, signal };
}

function decodeAnswer({ output }: DescMethod, envelope: Uint8Array): Message {
  if (isCompressed(envelope)) {
    throw new ConnectError("the backend compressed what was to be plain", Code.Internal);
  }
  try {
    return fromBinary(output, contentOf(envelope));
  } catch (error) {
    throw new ConnectError("the backend's answer cannot be read", Code.Internal, undefined, undefined, error);
  }
}

const NO_METADATA = new Headers();

/** The metadata of a section; not to be changed. */
function metadataOf(fields: readonly HeaderField[]): Headers {
  const found = fields.filter(([name]) => isMetadata(name));
  return found.length === 0 ? NO_METADATA : headersOf(found);
}
