/** REST by the transcoder, to the same backends and past the same doors as the other protocols. */

import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { callError } from "../grpc/status.ts";
import { type CallInfo, createTranscoder, type Transcoder, type TranscoderOptions } from "../transcoder/index.ts";
import type { Passage } from "./door.ts";
import type { GrpcOptions } from "./grpc-call.ts";
import { callMessageStream, callUnaryMessage } from "./message-calls.ts";
import { type EdgeMethod, pathOf } from "./methods.ts";

/** What the transcoder is told beside where calls go. */
export type RestOptions = Omit<TranscoderOptions, "call">;

/** Makes the transcoder. */
export function createRest(
  methods: ReadonlyMap<string, EdgeMethod>,
  options: RestOptions,
  { enter, limits }: GrpcOptions,
): Transcoder {
  return createTranscoder({
    ...options,
    call: {
      async unary(desc, message, info) {
        const { method, passage, over } = await open(desc, info);
        try {
          const answer = await callUnaryMessage(method, passage, info.signal, message);
          over(undefined);
          return answer;
        } catch (error) {
          throw over(callError(error));
        }
      },
      async *serverStream(desc, message, info) {
        const { method, passage, over } = await open(desc, info);
        let failure: ConnectError | undefined;
        try {
          yield* callMessageStream(method, passage, info.signal, only(message), limits.maxMessageBytes, {
            onHeader: info.onHeader,
            onTrailer() {},
          });
        } catch (error) {
          failure = callError(error);
        } finally {
          failure = over(failure);
        }
        if (failure !== undefined) {
          throw failure;
        }
      },
    },
  });

  async function open(desc: DescMethod, { header, timeoutMs }: CallInfo) {
    const method = methods.get(pathOf(desc));
    if (method === undefined) {
      throw new Error(`${desc.name} has a route but nothing that answers it`);
    }
    const release = await enter(method);
    let passage: Passage;
    try {
      passage = await method.door({ method: desc, protocol: "rest", header, metadata: () => [...header], timeoutMs });
    } catch (error) {
      release();
      throw error;
    }
    const over = (error: ConnectError | undefined) => {
      release();
      return passage.over(error);
    };
    return { method, passage, over };
  }
}

async function* only<T>(value: T): AsyncGenerator<T> {
  yield value;
}
