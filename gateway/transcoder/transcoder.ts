/**
 * REST for protobuf services, by their google.api.http rules. Knows HTTP and ProtoJSON; where the calls go is the
 * option `call`, which server the requests come from is an adapter's affair (`node-handler.ts`).
 */
import type { DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import { chooseMediaType } from "./accept.ts";
import { type BindRules, bindRequest, type MatchedRequest } from "./bind-request.ts";
import { createErrorResponder } from "./error-reply.ts";
import { pickHeaders, readTimeoutMs } from "./headers.ts";
import { createJsonWriter } from "./json-writer.ts";
import { type CallInfo, defaultLimits, defaultRequestHeaders, type TranscoderOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import type { RestRequest, RestResponse } from "./rest-message.ts";
import { compileRoute, type Route } from "./route.ts";
import { type RouteInfo, routeInfoOf } from "./route-info.ts";
import { createRouter } from "./router.ts";
import { gatherBindings } from "./rules.ts";
import { openStream, type StreamSource } from "./stream-body.ts";
import { streamFormats, streamMediaTypes } from "./stream-format.ts";

/** What {@link createTranscoder} makes. */
export interface Transcoder {
  /** Answers a request. Never rejects: every error has an answer. */
  handle(request: RestRequest): Promise<RestResponse>;
  /** Every rule served, in the order of the services: for listings and OpenAPI. */
  readonly routes: readonly RouteInfo[];
}

/**
 * Makes a transcoder.
 *
 * @throws RuleError when a rule is invalid or two are ambiguous, naming the methods: a mistake in the contract stops
 *   the server at its start instead of a request at night
 */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const limits = { ...defaultLimits, ...options.limits };
  const { requestHeaders = defaultRequestHeaders, responseHeaders = [], call } = options;
  const routes = gatherBindings(options.services).map((binding) => compileRoute(binding, options.headerFields ?? {}));
  const findRoute = createRouter(routes);
  const writeJson = createJsonWriter(options.registry);
  const respondToError = createErrorResponder(options);
  const bindRules: BindRules = {
    registry: options.registry,
    ignoreUnknownFields: options.ignoreUnknownFields ?? false,
    refuseNul: options.refuseNul ?? true,
    maxDepth: limits.maxDepth,
    maxBodyBytes: limits.maxBodyBytes,
    ignoredQueryParameters: new Set(options.ignoredQueryParameters),
  };
  return { handle, routes: routes.map(routeInfoOf) };

  async function handle(request: RestRequest): Promise<RestResponse> {
    let route: Route | undefined;
    try {
      const matched = matchRequest(request);
      if ("status" in matched) return matched;
      route = matched.route;
      const { method } = route.binding;
      return method.methodKind === "unary" ? await answer(matched, method) : await stream(matched, method);
    } catch (error) {
      const reply = respondToError(error, route?.binding.method, request.signal);
      return wholeResponse(request, reply.status, reply.header, JSON.stringify(reply.body));
    }
  }

  /** The route, or the answer to OPTIONS, which needs none. */
  function matchRequest(request: RestRequest): MatchedRequest | RestResponse {
    const mark = request.url.indexOf("?");
    const path = mark < 0 ? request.url : request.url.slice(0, mark);
    const query = mark < 0 ? "" : request.url.slice(mark + 1);
    const match = findRoute(request.method, path);
    if (match.kind === "found") return { request, route: match.route, segments: match.segments, query };
    if (match.kind === "none") throw new Refusal("ROUTE_NOT_FOUND", "no method is served at this path");
    if (request.method === "OPTIONS") {
      return { status: 204, header: new Headers({ allow: match.allow.join(", ") }) };
    }
    throw new Refusal("METHOD_NOT_ALLOWED", "this path does not take this HTTP method", { allow: match.allow });
  }

  async function answer(matched: MatchedRequest, method: DescMethodUnary): Promise<RestResponse> {
    const { request, route } = matched;
    requireAcceptable(request, ["application/json"]);
    const info = callInfo(request, request.signal, () => {}); // a unary reply brings its headers itself
    const message = await bindRequest(matched, bindRules);
    const reply = await call.unary(method, message, info);
    const header = new Headers({ "content-type": "application/json" });
    pickHeaders(reply.header, responseHeaders, header);
    pickHeaders(reply.trailer, responseHeaders, header);
    return wholeResponse(request, 200, header, writeJson(route, reply.message));
  }

  async function stream(matched: MatchedRequest, method: DescMethodServerStreaming): Promise<RestResponse> {
    const { request, route } = matched;
    const format = streamFormats[requireAcceptable(request, streamMediaTypes)];
    const abort = new AbortController();
    request.signal.addEventListener("abort", () => abort.abort(request.signal.reason), { signal: abort.signal });
    const header = new Headers({ "content-type": format.mediaType, ...format.header });
    const info = callInfo(request, abort.signal, (from) => pickHeaders(from, responseHeaders, header));
    const message = await bindRequest(matched, bindRules);
    const source: StreamSource<Message> = {
      messages: call.serverStream(method, message, info),
      abort,
      write: (each) => format.result(writeJson(route, each), options.sseEvent?.(method, each) ?? {}),
      fail: (error) => format.failure(respondToError(error, method, request.signal).body),
      heartbeat: format.heartbeat,
      heartbeatMs: limits.heartbeatMs,
    };
    const body = await openStream(source, limits.firstMessageWaitMs);
    if (request.method !== "HEAD") return { status: 200, header, body };
    await body[Symbol.asyncIterator]().return?.();
    return { status: 200, header };
  }

  function callInfo(request: RestRequest, signal: AbortSignal, onHeader: CallInfo["onHeader"]): CallInfo {
    const header = pickHeaders(request.header, requestHeaders);
    const timeoutMs = readTimeoutMs(request.header);
    return timeoutMs === undefined ? { header, signal, onHeader } : { header, signal, onHeader, timeoutMs };
  }
}

function requireAcceptable<T extends string>(request: RestRequest, offers: readonly T[]): T {
  const chosen = chooseMediaType(request.header.get("accept"), offers);
  if (chosen === undefined) throw new Refusal("NOT_ACCEPTABLE", `this method answers with ${offers.join(" or ")}`);
  return chosen;
}

/** A response whose text is known. HEAD gets its headers alone (RFC 9110, 9.3.2). */
function wholeResponse(request: RestRequest, status: number, header: Headers, text: string): RestResponse {
  const body = Buffer.from(text, "utf8");
  header.set("content-length", String(body.length));
  return request.method === "HEAD" ? { status, header } : { status, header, body };
}
