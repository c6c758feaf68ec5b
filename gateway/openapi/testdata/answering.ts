/** Services that answer every call: with its request where they can, else with a random message. */
import { create, type DescMessage, type FileRegistry, type Message, type Registry } from "@bufbuild/protobuf";
import {
  isReflectList,
  isReflectMap,
  isReflectMessage,
  type ReflectMessage,
  reflect,
} from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { createTranscoder, type Transcoder, type TranscoderOptions } from "../../transcoder/index.ts";
import { messagesOf } from "./messages.ts";

/** Headers that fill fields, in every document and transcoder of these tests. */
export const headerFields = { "idempotency-key": "request_id", "last-event-id": "resume_after" };

// Made beforehand: making one takes longer than a call may.
const answerCount = 20;

/** Makes a transcoder over all services of the files. */
export function answeringTranscoder(
  files: FileRegistry,
  registry: Registry,
  options: Partial<TranscoderOptions> = {},
): Transcoder {
  const answers = new Map<DescMessage, Message[]>();
  let count = 0;
  const answer = (input: DescMessage, message: Message, output: DescMessage): Message => {
    if (input === output && isNamed(reflect(input, message))) return message;
    const made = answers.get(output) ?? fc.sample(messagesOf(output), { numRuns: answerCount, seed: 1 });
    answers.set(output, made);
    const chosen = made[count++ % made.length];
    if (chosen === undefined) throw new Error(`no answer of type ${output.typeName}`);
    return chosen;
  };
  return createTranscoder({
    services: [...files.files].flatMap(({ services }) => services),
    registry,
    headerFields,
    call: {
      unary: async (method, message) => ({
        message: answer(method.input, message, method.output),
        header: new Headers(),
        trailer: new Headers(),
      }),
      async *serverStream(method, message) {
        yield answer(method.input, message, method.output);
        yield answer(method.input, message, method.output);
      },
      async clientStream(method, messages) {
        let last = create(method.input);
        for await (const message of messages) last = message;
        return { message: answer(method.input, last, method.output), header: new Headers(), trailer: new Headers() };
      },
      async *bidiStream(method, messages) {
        for await (const message of messages) yield answer(method.input, message, method.output);
      },
    },
    ...options,
  });
}

/** True when every enum in a message has a value with a name, which is all that documents speak of. */
function isNamed(message: ReflectMessage): boolean {
  return message.fields.every((field) => {
    if (!message.isSet(field)) return true;
    const value: unknown = message.get(field);
    const values = isReflectList(value) ? [...value] : isReflectMap(value) ? [...value.values()] : [value];
    return values.every((each) => {
      if (isReflectMessage(each)) return isNamed(each);
      return field.enum === undefined || field.enum.values.some(({ number }) => number === each);
    });
  });
}
