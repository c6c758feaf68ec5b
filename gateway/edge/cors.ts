/** Cross-origin requests of browsers (WHATWG Fetch, "CORS protocol"). */
import type { HttpHandler, HttpRequest, HttpResponse } from "./http-handler.ts";

/** Who may call from a page. */
export interface CorsOptions {
  /** Origins such as "https://app.example"; "*" for any. */
  readonly origins: readonly string[];
  /** Whether cookies and client certificates may go along; not with "*". */
  readonly credentials: boolean;
  /** Request headers that scripts may set; "*" is not enough with credentials. Default: whatever is asked for. */
  readonly requestHeaders?: readonly string[];
  /** Answer headers that scripts may read, beside those of the protocols. */
  readonly responseHeaders?: readonly string[];
}

/** Whatever the protocols put there: gRPC-Web's status, Connect's encodings, REST's waiting time. */
const EXPOSED = [
  "grpc-status",
  "grpc-message",
  "grpc-status-details-bin",
  "grpc-encoding",
  "content-encoding",
  "connect-content-encoding",
  "retry-after",
];
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** Chromium keeps a preflight no longer than two hours, in seconds. */
const MAX_AGE = "7200";

/** Answers preflights, and lets the pages of allowed origins read the answers of `next`. */
export function allowOrigins(options: CorsOptions, next: HttpHandler): HttpHandler {
  const origins = new Set(options.origins);
  const readable = options.responseHeaders ?? [];
  // Connect carries trailers of unary calls among the headers.
  const exposed = [...EXPOSED, ...readable, ...readable.map((name) => `trailer-${name}`)].join(", ");

  return async (request) => {
    const origin = request.header.get("origin");
    const isPreflight = request.method === "OPTIONS" && request.header.get("access-control-request-method") !== null;
    if (origin === null) {
      return next(request);
    }
    const allowed = origins.has("*") || origins.has(origin);
    if (isPreflight) {
      return allowed ? preflight(request, origin) : { status: 403, header: vary(new Headers()) };
    }
    const response = await next(request);
    vary(response.header);
    if (allowed) {
      allow(response.header, origin);
      response.header.set("access-control-expose-headers", exposed);
    }
    return response;
  };

  function preflight(request: HttpRequest, origin: string): HttpResponse {
    const header = vary(new Headers());
    allow(header, origin);
    const asked = request.header.get("access-control-request-headers");
    const headers = options.requestHeaders?.join(", ") ?? asked;
    header.set("access-control-allow-methods", METHODS);
    if (headers !== null) {
      header.set("access-control-allow-headers", headers);
    }
    header.set("access-control-max-age", MAX_AGE);
    return { status: 204, header };
  }

  function allow(header: HttpResponse["header"], origin: string): void {
    header.set("access-control-allow-origin", origins.has("*") && !options.credentials ? "*" : origin);
    if (options.credentials) {
      header.set("access-control-allow-credentials", "true");
    }
  }
}

/** Caches must not give one origin's answer to another. */
function vary(header: HttpResponse["header"]): HttpResponse["header"] {
  header.append("vary", "Origin");
  return header;
}
