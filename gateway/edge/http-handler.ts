/** HTTP as the edge sees it, whatever version carries it. */
import type { RestRequest, RestResponse } from "../transcoder/index.ts";

/** A request. */
export type HttpRequest = RestRequest;

/** A response. */
export type HttpResponse = RestResponse;

/** Answers a request. Never rejects. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** Answers the requests that are its own; undefined, at once, for all others. */
export type HttpPages = (request: HttpRequest) => Promise<HttpResponse> | undefined;
