/** From the body of a matched request to the messages of a stream of the client. */
import type { Message } from "@bufbuild/protobuf";
import { type BindRules, bindMessage, checkAround, type MatchedRequest } from "./bind-request.ts";
import { chunksOf, jsonValuesOf } from "./body.ts";
import { asConnectError } from "./error-reply.ts";
import { readJson } from "./json-text.ts";
import { Refusal, throwIfAny } from "./refusal.ts";

/** A piece of a body that is not JSON becomes a message; cut to this, no message is too large for a gRPC server. */
const MAX_PIECE_BYTES = 65_536;

/** The messages of a request, and what was wrong with them. */
export interface RequestStream {
  /** Read from the body as they are pulled. At what is wrong they end, with a ConnectError as calls know it. */
  readonly messages: AsyncIterable<Message>;
  /** What the client hears of a call that failed: what was wrong with its messages, else what the call says. */
  readonly cause: (error: unknown) => unknown;
}

/**
 * Makes the request messages of a call that has many: one of each JSON value of the body, or of each piece of a body of
 * other bytes. What path, query and headers give stands in every message.
 *
 * @throws Refusal for what is wrong already without the body, so that no call is made
 */
export function bindRequests(matched: MatchedRequest, rules: BindRules): RequestStream {
  const { request, route } = matched;
  checkAround(matched, rules);
  const bound = route.hasRawBody
    ? messagesOfBytes(chunksOf(request), matched, rules)
    : messagesOfJson(jsonValuesOf(request, rules.maxBodyBytes), matched, rules);
  let refusal: Refusal | undefined;
  const messages = async function* () {
    try {
      yield* bound;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = error;
      throw asConnectError(error);
    }
  };
  return { messages: messages(), cause: (error) => refusal ?? error };
}

async function* messagesOfJson(
  values: AsyncIterable<Buffer>,
  matched: MatchedRequest,
  rules: BindRules,
): AsyncGenerator<Message> {
  const { maxDepth, maxJsonValues, maxMessages } = rules;
  let index = 0;
  let isBinding = false;
  try {
    for await (const bytes of values) {
      if (maxMessages > 0 && index >= maxMessages) {
        throw new Refusal("BODY_TOO_LARGE", `a request has at most ${maxMessages} messages`);
      }
      const json = readJson(bytes, maxDepth, maxJsonValues, "the message");
      isBinding = true;
      const message = bindMessage(matched, rules, { json }, { parent: undefined, key: index });
      isBinding = false;
      yield message;
      index++;
    }
  } catch (error) {
    // Binding names the message itself, and leaves alone what path and query have wrong.
    if (error instanceof Refusal && !isBinding && error.reason !== "BODY_ENCODING_INVALID") throwAt(index, error);
    throw error;
  }
}

/** Throws the same refusal, of one message. */
function throwAt(index: number, { reason, message, violations }: Refusal): void {
  const within = violations.length === 0 ? [{ reason, field: "", description: message }] : violations;
  throwIfAny(
    within.map((each) => {
      const separator = each.field === "" || each.field.startsWith("[") ? "" : ".";
      return { ...each, field: `[${index}]${separator}${each.field}` };
    }),
  );
}

/** The pieces are as the network cut them, so that their number is no matter of the client's. */
async function* messagesOfBytes(
  chunks: AsyncIterable<Uint8Array>,
  matched: MatchedRequest,
  rules: BindRules,
): AsyncGenerator<Message> {
  const contentType = matched.request.header.get("content-type") ?? "";
  let isFirst = true;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += MAX_PIECE_BYTES) {
      const data = chunk.subarray(from, from + MAX_PIECE_BYTES);
      // Only the first piece tells the type: the others go on from it.
      yield bindMessage(matched, rules, { contentType: isFirst ? contentType : "", data });
      isFirst = false;
    }
  }
  // An empty upload is one too.
  if (isFirst) yield bindMessage(matched, rules, { contentType, data: new Uint8Array() });
}
