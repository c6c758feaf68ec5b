/** HTTP as the edge sees it, whatever version carries it. */
import type { RestRequest, RestResponse } from "../transcoder/index.ts";

/** A request. */
export interface HttpRequest extends RestRequest {
  readonly httpVersion: "1.1" | "2";
}

/** A response. */
export interface HttpResponse extends RestResponse {
  readonly header: Headers;
}

/** Answers a request; undefined when it is for somebody else. Never rejects. */
export type HttpHandler<Answer = HttpResponse> = (request: HttpRequest) => Promise<Answer>;
