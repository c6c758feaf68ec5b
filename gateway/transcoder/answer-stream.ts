/** Calls with many answers: streams of the server, and of both. */
import type { Message } from "@bufbuild/protobuf";
import { rawPart, requireAcceptable } from "./answer.ts";
import { bindRequest, bindRequests } from "./bind-request.ts";
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
      ? await openRaw(messages, admitted, header, abort)
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
  called();
  return options.call.bidiStream(method, bindRequests(admitted, bindRules), info);
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
 * An error after the first breaks the answer off, for bytes of any type have no place to say it.
 */
async function openRaw(
  messages: AsyncIterable<Message>,
  { route }: AdmittedRequest,
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
