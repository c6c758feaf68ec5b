/** Serves a transcoder from node:http, node:https and node:http2 (its compatibility API). */
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { nodeBody } from "./node-body.ts";
import { nodeHeaders } from "./node-headers.ts";
import type { RestRequest, RestResponse } from "./rest-message.ts";
import type { Transcoder } from "./transcoder.ts";

/** A request of either server. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** What is used of a response: http.ServerResponse, http2.Http2ServerResponse and Connect's type for both have it. */
export interface NodeResponse {
  statusCode: number;
  readonly writableEnded: boolean;
  on(event: "close" | "drain" | "error", listener: () => void): unknown;
  once(event: "close" | "drain" | "error", listener: () => void): unknown;
  off(event: "close" | "drain" | "error", listener: () => void): unknown;
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
  writeHead(status: number, headers?: string[]): unknown;
  addTrailers(trailers: Record<string, string>): unknown;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  end(chunk: Uint8Array): unknown;
  destroy(error?: Error): unknown;
}

/** A request listener; also fits as `fallback` of connectNodeAdapter. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => void;

/**
 * Makes a request listener. Connect's own adapters do not serve here: they normalise the URL, and closing the body
 * they were given closes the socket before a 413 can be read.
 *
 * @param onError hears of errors of the connection once the answer has begun; a client that leaves is not one
 */
export function createNodeHandler(
  transcoder: Pick<Transcoder, "handle">,
  onError: (error: unknown) => void = () => {},
): NodeHandler {
  return (request, response) => {
    serve(transcoder, request, response).catch((error: unknown) => {
      breakOff(response, error);
      onError(error);
    });
  };
}

/** The client must not take what it has for the whole: without an error HTTP/2 would reset with NO_ERROR. */
function breakOff(response: NodeResponse, error: unknown): void {
  if ("stream" in response) response.destroy(error instanceof Error ? error : new Error(String(error)));
  else response.destroy();
}

async function serve(
  transcoder: Pick<Transcoder, "handle">,
  request: NodeRequest,
  response: NodeResponse,
): Promise<void> {
  const abort = new AbortController();
  response.once("close", () => {
    if (!response.writableEnded) abort.abort(new Error("the client closed the connection"));
  });
  // A reset is followed by "close", where the abort is; without a listener it would be thrown.
  response.on("error", () => {});
  request.on("error", () => {});
  const reply = await transcoder.handle(toRestRequest(request, abort.signal));
  if (abort.signal.aborted) return release(reply);
  await send(reply, request, response, abort.signal);
}

function toRestRequest(request: NodeRequest, signal: AbortSignal): RestRequest {
  const body = hasBody(request) ? nodeBody(request) : undefined;
  // HTTP/2 tells of a reset without error only once the request is read to its end.
  if (body === undefined) request.resume();
  return {
    method: request.method ?? "GET",
    url: originForm(request.url ?? "/"),
    header: nodeHeaders(request.headers),
    body,
    signal,
  };
}

/** RFC 9112, 3.2.2: a server takes a target in absolute form too, "GET http://host/path". */
function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return path === target || path.startsWith("/") ? path : `/${path}`;
}

/** RFC 9112, 6: a request of HTTP/1.1 has a body when one of two headers says so. HTTP/2 ends its stream instead. */
function hasBody(request: NodeRequest): boolean {
  if ("stream" in request) return !request.stream.endAfterHeaders;
  return request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
}

async function send(
  reply: RestResponse,
  request: NodeRequest,
  response: NodeResponse,
  signal: AbortSignal,
): Promise<void> {
  const { status, header, body, trailer } = reply;
  const fields: string[] = [];
  for (const [name, value] of header) fields.push(name, value);
  // What is left of a refused body is not read to its end: the connection is of no more use (RFC 9112, 9.3).
  if (!("stream" in request) && !request.complete) fields.push("connection", "close");
  response.writeHead(status, fields);
  if (body === undefined) response.end();
  else if (body instanceof Uint8Array) response.end(body);
  else await pump(body, trailer, response, signal);
}

/** Writes a stream as fast as the client takes it. Leaving the loop early, it tells the call to stop. */
async function pump(
  body: AsyncIterable<Uint8Array>,
  trailer: RestResponse["trailer"],
  response: NodeResponse,
  signal: AbortSignal,
): Promise<void> {
  if ("flushHeaders" in response && typeof response.flushHeaders === "function") response.flushHeaders();
  for await (const chunk of body) {
    if (signal.aborted) return;
    if (!response.write(chunk)) await drained(response, signal);
  }
  if (signal.aborted) return;
  // Node sends them where the message is chunked, and over HTTP/2.
  if (trailer !== undefined) response.addTrailers(Object.fromEntries(trailer));
  response.end();
}

function drained(response: NodeResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();

    function done(): void {
      response.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}

/** Stops a stream whose client left before it began. */
async function release({ body }: RestResponse): Promise<void> {
  if (body !== undefined && !(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
