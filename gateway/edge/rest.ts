/** REST by the transcoder, to the same backends and past the same doors as the other protocols. */
import { create, type DescMethod, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { errorOfAbort } from "../grpc/call-fields.ts";
import { callError } from "../grpc/status.ts";
import {
  type Admitted,
  type CallInfo,
  createTranscoder,
  type Transcoder,
  type TranscoderOptions,
  type UnaryReply,
} from "../transcoder/index.ts";
import type { Passage } from "./door.ts";
import type { GrpcOptions } from "./grpc-call.ts";
import { callMessageStream, callUnaryMessage } from "./message-calls.ts";
import { type EdgeMethod, pathOf } from "./methods.ts";

/** What the transcoder is told beside where calls go. */
export type RestOptions = Omit<TranscoderOptions, "call" | "admit">;

/** A call that the door let through. */
interface Opened extends Admitted {
  readonly method: EdgeMethod;
  readonly passage: Passage;
  /** Ends it; gives what the caller hears. */
  readonly over: (error: ConnectError | undefined) => ConnectError | undefined;
}

/** Makes the transcoder. */
export function createRest(
  methods: ReadonlyMap<string, EdgeMethod>,
  options: RestOptions,
  { enter, limits }: GrpcOptions,
): Transcoder {
  return createTranscoder({
    ...options,
    admit,
    call: {
      async unary(_desc, message, info) {
        const { method, passage, over } = openedOf(info);
        try {
          const answer = await callUnaryMessage(method, passage, info.signal, message);
          over(undefined);
          return answer;
        } catch (error) {
          throw over(callError(error)) ?? error;
        }
      },
      serverStream: (_desc, message, info) => stream(only(message), info),
      bidiStream: (_desc, messages, info) => stream(messages, info),
      async clientStream(desc, messages, info): Promise<UnaryReply> {
        let header = new Headers();
        let trailer = new Headers();
        const heard: CallInfo = {
          ...info,
          onHeader: (headers) => {
            header = headers;
          },
          onTrailer: (trailers) => {
            trailer = trailers;
          },
        };
        let answer: Message | undefined;
        for await (const message of stream(messages, heard)) {
          answer = message;
        }
        // `stream` has thrown where none came.
        return { message: answer ?? create(desc.output), header, trailer };
      },
    },
  });

  async function* stream(messages: AsyncIterable<Message>, info: CallInfo): AsyncGenerator<Message> {
    const { method, passage, over } = openedOf(info);
    let failure: ConnectError | undefined;
    let isWhole = false;
    try {
      const answers = callMessageStream(method, passage, info.signal, messages, limits.maxMessageBytes, info);
      yield* method.desc.methodKind === "client_streaming" ? onlyOne(answers) : answers;
      isWhole = true;
    } catch (error) {
      failure = callError(error);
    } finally {
      // Neither whole nor failed is an answer that the client stopped reading.
      failure = over(failure ?? (isWhole ? undefined : errorOfAbort(info.signal)));
    }
    if (failure !== undefined) {
      throw failure;
    }
  }

  /** At once where neither the gate nor the door has to wait. */
  function admit(desc: DescMethod, info: Pick<CallInfo, "header" | "timeoutMs">): Opened | Promise<Opened> {
    const method = methods.get(pathOf(desc));
    if (method === undefined) {
      throw new Error(`${desc.name} has a route but nothing that answers it`);
    }
    const turn = enter(method);
    return turn instanceof Promise ? turn.then((release) => open(method, info, release)) : open(method, info, turn);
  }
}

function open(
  method: EdgeMethod,
  { header, timeoutMs }: Pick<CallInfo, "header" | "timeoutMs">,
  release: () => void,
): Opened | Promise<Opened> {
  const letIn = (passage: Passage): Opened => ({
    method,
    passage,
    over(error) {
      release();
      return passage.over(error);
    },
  });
  const refuse = (error: unknown): never => {
    release();
    throw error;
  };
  try {
    const asked = method.door({
      method: method.desc,
      protocol: "rest",
      header,
      metadata: () => [...header],
      timeoutMs,
    });
    return asked instanceof Promise ? asked.then(letIn, refuse) : letIn(asked);
  } catch (error) {
    return refuse(error);
  }
}

function openedOf({ admitted }: CallInfo): Opened {
  // What `admit` gave comes back as it was.
  const opened = admitted as Opened | undefined;
  if (opened === undefined) {
    throw new Error("a call was reached past the door");
  }
  return opened;
}

/** What a call with one answer has to give. */
async function* onlyOne(answers: AsyncIterable<Message>): AsyncGenerator<Message> {
  let count = 0;
  for await (const answer of answers) {
    if (++count > 1) {
      throw new ConnectError("the backend answered with more than one message", Code.Internal);
    }
    yield answer;
  }
  if (count === 0) {
    throw new ConnectError("the backend answered without a message", Code.Internal);
  }
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}
