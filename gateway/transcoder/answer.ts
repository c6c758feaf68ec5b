/** Calls with one answer: unary ones, and streams from the client. */
import type { Message } from "@bufbuild/protobuf";
import { chooseMediaType } from "./accept.ts";
import { bindRequest } from "./bind-request.ts";
import { bindRequests } from "./bind-stream.ts";
import { pickHeaders } from "./headers.ts";
import { contentOfHttpBody } from "./http-body.ts";
import type { CallInfo, UnaryReply } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { createReplyHeader } from "./reply-headers.ts";
import type { ReplyHeader, RestRequest, RestResponse } from "./rest-message.ts";
import type { Route } from "./route.ts";
import type { AdmittedRequest, Serving } from "./serving.ts";

/** Makes the call and writes its answer. `called` is told before the call is made. */
export async function answerOne(
  serving: Serving,
  admitted: AdmittedRequest,
  called: () => void,
): Promise<RestResponse> {
  const { request, route, info } = admitted;
  if (!route.hasRawResponse) requireAcceptable(request, ["application/json"]);
  const reply = await call(serving, admitted, called, {
    ...info,
    signal: request.signal,
    // An answer brings its headers and trailers itself.
    onHeader() {},
    onTrailer() {},
  });
  const header = createReplyHeader();
  pickHeaders(reply.header, serving.passesBack, header, serving.report);
  pickHeaders(reply.trailer, serving.passesBack, header, serving.report);
  if (route.hasRawResponse) {
    const { contentType, data } = contentOfHttpBody(rawPart(route, reply.message));
    header.set("content-type", contentType);
    return wholeResponse(200, header, data);
  }
  header.set("content-type", "application/json");
  return wholeResponse(200, header, Buffer.from(serving.writeJson(route, reply.message), "utf8"));
}

async function call(
  { options, bindRules }: Serving,
  admitted: AdmittedRequest,
  called: () => void,
  info: CallInfo,
): Promise<UnaryReply> {
  const { method } = admitted.route.binding;
  if (method.methodKind === "unary") {
    const message = await bindRequest(admitted, bindRules);
    called();
    return options.call.unary(method, message, info);
  }
  if (method.methodKind !== "client_streaming" || options.call.clientStream === undefined) {
    throw new Error(`${method.name} has more than one answer, or nothing that answers it`);
  }
  const { messages, cause } = bindRequests(admitted, bindRules);
  called();
  try {
    return await options.call.clientStream(method, messages, info);
  } catch (error) {
    throw cause(error);
  }
}

/** The HttpBody of an answer: the whole of it, or the field that the rule names. */
export function rawPart({ responseField }: Route, message: Message): unknown {
  return responseField === undefined ? message : Reflect.get(message, responseField.localName);
}

/** The media type to answer with. @throws Refusal NOT_ACCEPTABLE */
export function requireAcceptable<T extends string>(request: RestRequest, offers: readonly T[]): T {
  const chosen = chooseMediaType(request.header.get("accept"), offers);
  if (chosen === undefined) throw new Refusal("NOT_ACCEPTABLE", `this method answers with ${offers.join(" or ")}`);
  return chosen;
}

/** A response whose bytes are known. */
export function wholeResponse(status: number, header: ReplyHeader, body: Uint8Array): RestResponse {
  header.set("content-length", String(body.length));
  return { status, header, body };
}

/** What HEAD gets: the headers of GET alone (RFC 9110, 9.3.2). */
export async function withoutBody({ status, header, body }: RestResponse): Promise<RestResponse> {
  if (body !== undefined && !(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
  return { status, header };
}
