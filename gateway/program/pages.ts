/** What the program answers besides calls: whether it is well, and what it serves. */
import type { HttpRequest, HttpResponse } from "../edge/http-handler.ts";
import type { RouteInfo } from "../transcoder/index.ts";
import type { Descriptors } from "./descriptors.ts";

/** Answers a page; undefined for any other path. */
export type ProgramPages = (request: HttpRequest) => HttpResponse | undefined;

/** Makes the pages. */
export function createProgramPages(
  _routes: readonly RouteInfo[],
  _descriptors: Descriptors,
  isServing: () => boolean,
): ProgramPages {
  return ({ method, url }) => {
    if ((method !== "GET" && method !== "HEAD") || url !== "/healthz") {
      return undefined;
    }
    const status = isServing() ? 200 : 503;
    const body = Buffer.from(JSON.stringify({ status: isServing() ? "SERVING" : "NOT_SERVING" }));
    return { status, header: new Headers({ "content-type": "application/json" }), body };
  };
}
