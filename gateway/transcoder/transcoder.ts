/**
 * REST for protobuf services, by their google.api.http rules. Knows HTTP and ProtoJSON; where the calls go is the
 * option `call`, which server the requests come from is an adapter's affair (`node-handler.ts`).
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { answerOne, wholeResponse, withoutBody } from "./answer.ts";
import { answerMany } from "./answer-stream.ts";
import type { MatchedRequest } from "./bind-request.ts";
import { deflateReply, mayDeflate } from "./deflate-reply.ts";
import { asConnectError, createErrorResponder } from "./error-reply.ts";
import { allowHeaders, pickRequestHeaders, readTimeoutMs } from "./headers.ts";
import { createJsonWriter } from "./json-writer.ts";
import { type Admitted, defaultLimits, defaultRequestHeaders, type TranscoderOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { createReplyHeader } from "./reply-headers.ts";
import type { RestRequest, RestResponse } from "./rest-message.ts";
import { compileRoute, type Route } from "./route.ts";
import { type RouteInfo, routeInfoOf } from "./route-info.ts";
import { createRouter } from "./router.ts";
import { RuleError } from "./rule-error.ts";
import { type Binding, gatherBindings } from "./rules.ts";
import type { Serving } from "./serving.ts";

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
  const bindings = gatherBindings(options.services, options.serviceConfig);
  for (const binding of bindings) requireCarried(binding, options);
  const routes = bindings.map((binding) => compileRoute(binding, options.headerFields ?? {}));
  const findRoute = createRouter(routes);
  const passes = allowHeaders(options.requestHeaders ?? defaultRequestHeaders);
  const serving = servingOf(options);
  const { limits, respondToError } = serving;
  return { handle, routes: routes.map(routeInfoOf) };

  async function handle(request: RestRequest): Promise<RestResponse> {
    let route: Route | undefined;
    let admitted: Admitted | undefined;
    try {
      const matched = matchRequest(request);
      if ("status" in matched) return matched;
      route = matched.route;
      const { method } = route.binding;
      const header = pickRequestHeaders(request.header, passes);
      const timeoutMs = readTimeoutMs(request.header);
      if (timeoutMs === 0) throw new ConnectError("the deadline passed", Code.DeadlineExceeded);
      const known = timeoutMs === undefined ? { header } : { header, timeoutMs };
      const asked = options.admit?.(method, known);
      admitted = asked instanceof Promise ? await asked : asked;
      const called = () => {
        // From here on the call itself tells how it ended.
        admitted = undefined;
      };
      const admittedRequest = { ...matched, info: { ...known, admitted } };
      const isOne = method.methodKind === "unary" || method.methodKind === "client_streaming";
      const reply = await (isOne ? answerOne : answerMany)(serving, admittedRequest, called);
      const written = mayDeflate(request, reply) ? await deflateReply(request, reply) : reply;
      return request.method === "HEAD" ? await withoutBody(written) : written;
    } catch (error) {
      admitted?.over(asConnectError(error));
      const { status, header, body } = respondToError(error, route?.binding.method, request.signal);
      const reply = wholeResponse(status, header, Buffer.from(JSON.stringify(body), "utf8"));
      return request.method === "HEAD" ? withoutBody(reply) : reply;
    }
  }

  /** The route, or the answer to OPTIONS, which needs none. */
  function matchRequest(request: RestRequest): MatchedRequest | RestResponse {
    if (request.url.length > limits.maxUrlBytes) {
      throw new Refusal("URI_TOO_LONG", `path and query are longer than ${limits.maxUrlBytes} bytes`);
    }
    const mark = request.url.indexOf("?");
    const path = mark < 0 ? request.url : request.url.slice(0, mark);
    const query = mark < 0 ? "" : request.url.slice(mark + 1);
    const match = findRoute(request.method, path);
    if (match.kind === "found") return { request, route: match.route, segments: match.segments, query };
    if (match.kind === "none") throw new Refusal("ROUTE_NOT_FOUND", "no method is served at this path");
    if (request.method === "OPTIONS") {
      return { status: 204, header: createReplyHeader(["allow", match.allow.join(", ")]) };
    }
    throw new Refusal("METHOD_NOT_ALLOWED", "this path does not take this HTTP method", { allow: match.allow });
  }
}

function requireCarried(binding: Binding, { call }: TranscoderOptions): void {
  const { methodKind } = binding.method;
  const isMissing =
    (methodKind === "client_streaming" && call.clientStream === undefined) ||
    (methodKind === "bidi_streaming" && call.bidiStream === undefined);
  if (isMissing) throw new RuleError("streams from the client are not carried here", binding);
}

function servingOf(options: TranscoderOptions): Serving {
  const limits = { ...defaultLimits, ...options.limits };
  return {
    options,
    limits,
    bindRules: {
      registry: options.registry,
      ignoreUnknownFields: options.ignoreUnknownFields ?? false,
      takesPathFields: options.pathFieldsInBody === "same",
      refuseNul: options.refuseNul ?? true,
      maxDepth: limits.maxDepth,
      maxBodyBytes: limits.maxBodyBytes,
      maxJsonValues: limits.maxJsonValues,
      maxMessages: limits.maxMessages,
      maxQueryParameters: limits.maxQueryParameters,
      ignoredQueryParameters: new Set(options.ignoredQueryParameters),
      ignoreUnknownQueryParameters: options.ignoreUnknownQueryParameters ?? false,
      fullyDecodeReservedExpansion: options.serviceConfig?.fullyDecodeReservedExpansion ?? false,
    },
    writeJson: createJsonWriter(options.registry, options.printing),
    respondToError: createErrorResponder(options),
    passesBack: allowHeaders(options.responseHeaders ?? []),
    report: (slip) => options.onInternalError?.(slip, undefined),
  };
}
