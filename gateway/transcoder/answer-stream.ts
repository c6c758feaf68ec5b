/** Calls with many answers: streams of the server, and of both. */
import type { Message } from "@bufbuild/protobuf";
import { rawPart, requireAcceptable } from "./answer.ts";
import { bindRequest } from "./bind-request.ts";
import { bindRequests } from "./bind-stream.ts";
import { pickHeaders } from "./headers.ts";
import { contentOfHttpBody } from "./http-body.ts";
import type { CallInfo } from "./options.ts";
import { watch } from "./pending.ts";
import { createReplyHeader } from "./reply-headers.ts";
import type { ReplyHeader, RestResponse } from "./rest-message.ts";
import type { AdmittedRequest, Serving } from "./serving.ts";
import { stoppable } from "./stoppable.ts";
import { openStream, type StreamSource } from "./stream-body.ts";
import { streamFormats, streamMediaTypes } from "./stream-format.ts";

/** Makes the call and answers with its messages as they come. `called` is told before the call is made. */
export async function answerMany(
  serving: Serving,
  admitted: AdmittedRequest,
  called: () => void,
): Promise<RestResponse> {
  const { request, route, info } = admitted;
  const format = route.hasRawResponse ? undefined : streamFormats[requireAcceptable(request, streamMediaTypes)];
  const abort = new AbortController();
  request.signal.addEventListener("abort", () => abort.abort(request.signal.reason), { signal: abort.signal });
  if (request.signal.aborted) abort.abort(request.signal.reason);
  const header = createReplyHeader();
  if (format !== undefined) {
    header.set("content-type", format.mediaType);
    for (const [name, value] of Object.entries(format.header)) header.set(name, value);
  }
  const trailer = createReplyHeader();
  const messages = await call(serving, admitted, called, {
    ...info,
    signal: abort.signal,
    onHeader: (from) => pickHeaders(from, serving.passesBack, header, serving.report),
    onTrailer: (from) => pickHeaders(from, serving.passesBack, trailer, serving.report),
  });
  const body =
    format === undefined
      ? await openRaw(serving, messages, admitted, header, abort)
      : await openStream(sourceOf(serving, admitted, messages, abort, format), serving.limits.firstMessageWaitMs);
  return { status: 200, header, body, trailer };
}

async function call(
  { options, bindRules }: Serving,
  admitted: AdmittedRequest,
  called: () => void,
  info: CallInfo,
): Promise<AsyncIterable<Message>> {
  const { method } = admitted.route.binding;
  if (method.methodKind === "server_streaming") {
    const message = await bindRequest(admitted, bindRules);
    called();
    return options.call.serverStream(method, message, info);
  }
  if (method.methodKind !== "bidi_streaming" || options.call.bidiStream === undefined) {
    throw new Error(`${method.name} has one answer, or nothing that answers it`);
  }
  const { messages, cause } = bindRequests(admitted, bindRules);
  called();
  return failingBy(options.call.bidiStream(method, messages, info), cause);
}

/** The same messages; `cause` tells what ended them early. */
function failingBy(messages: AsyncIterable<Message>, cause: (error: unknown) => unknown): AsyncIterable<Message> {
  const iterator = messages[Symbol.asyncIterator]();
  const failing: AsyncIterator<Message> = {
    next: () =>
      iterator.next().catch((error: unknown) => {
        throw cause(error);
      }),
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
  return { [Symbol.asyncIterator]: () => failing };
}

function sourceOf(
  { options, limits, writeJson, respondToError }: Serving,
  { request, route }: AdmittedRequest,
  messages: AsyncIterable<Message>,
  abort: AbortController,
  format: (typeof streamFormats)[keyof typeof streamFormats],
): StreamSource<Message> {
  const { method } = route.binding;
  return {
    messages,
    abort,
    write: (each) => format.result(writeJson(route, each), options.sseEvent?.(method, each) ?? {}),
    fail: (error) => format.failure(respondToError(error, method, request.signal).body),
    heartbeat: format.heartbeat,
    heartbeatMs: limits.heartbeatMs,
  };
}

/**
 * A stream of google.api.HttpBody: the bytes of its messages, one after the other, under the content type of the first.
 * The first is waited for without a limit, for it has the type; an error after it breaks the answer off, for bytes of any
 * type have no place to say it.
 */
async function openRaw(
  { respondToError }: Serving,
  messages: AsyncIterable<Message>,
  { route, request }: AdmittedRequest,
  header: ReplyHeader,
  abort: AbortController,
): Promise<AsyncIterable<Uint8Array>> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  const opening = first.done === true ? undefined : contentOfHttpBody(rawPart(route, first.value));
  header.set("content-type", opening?.contentType ?? contentOfHttpBody(undefined).contentType);
  const pieces = async function* () {
    try {
      if (opening === undefined) return;
      yield opening.data;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield contentOfHttpBody(rawPart(route, next.value)).data;
      }
    } catch (error) {
      respondToError(error, route.binding.method, request.signal); // for the log: the answer is never sent
      throw error;
    } finally {
      stop();
    }
  };
  /** The iterator is told, not awaited: it may be waiting for a message that never comes. */
  const stop = () => {
    abort.abort();
    watch(Promise.resolve().then(() => iterator.return?.()));
  };
  return stoppable(pieces(), stop);
}
