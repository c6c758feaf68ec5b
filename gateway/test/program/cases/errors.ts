/** Errors of the upstream, and of the edge, in the form of AIP-193. */
import { answered, type Case, refused } from "./case.ts";

// google.rpc.Code and the HTTP status that code.proto gives it.
const statuses: readonly [code: number, http: number, name: string][] = [
  [1, 499, "CANCELLED"],
  [2, 500, "UNKNOWN"],
  [3, 400, "INVALID_ARGUMENT"],
  [4, 504, "DEADLINE_EXCEEDED"],
  [5, 404, "NOT_FOUND"],
  [6, 409, "ALREADY_EXISTS"],
  [7, 403, "PERMISSION_DENIED"],
  [8, 429, "RESOURCE_EXHAUSTED"],
  [9, 400, "FAILED_PRECONDITION"],
  [10, 409, "ABORTED"],
  [11, 400, "OUT_OF_RANGE"],
  [12, 501, "UNIMPLEMENTED"],
  [13, 500, "INTERNAL"],
  [14, 503, "UNAVAILABLE"],
  [15, 500, "DATA_LOSS"],
  [16, 401, "UNAUTHENTICATED"],
];

/** `{1: "STALE", 2: "shop.example"}`: google.rpc.ErrorInfo, and a Place `{3: "x"}`. */
const errorInfo = {
  type: "type.googleapis.com/google.rpc.ErrorInfo",
  base64: Buffer.from("\n\u0005STALE\u0012\u0004shop").toString("base64"),
};
const place = { type: "type.googleapis.com/shared.v1.Place", base64: Buffer.from("\u001a\u0001x").toString("base64") };
const unknown = { type: "type.googleapis.com/elsewhere.v1.Secret", base64: "CgF4" };
const broken = { type: "type.googleapis.com/google.rpc.ErrorInfo", base64: "/////w==" };

export const errors: readonly Case[] = [
  ...statuses.map(([code, http, name]) =>
    answered(
      `code ${code} of the upstream`,
      "GET /v1/ports/7",
      { plan: { error: { code, message: `it is ${name}` } } },
      {
        status: http,
        json: { error: { code: http, status: name, message: `it is ${name}`, details: [] } },
      },
    ),
  ),
  answered(
    "a message beyond ASCII",
    "GET /v1/ports/7",
    { plan: { error: { code: 5, message: "kein Schiff: 100% 🚢" } } },
    {
      status: 404,
      part: { error: { message: "kein Schiff: 100% 🚢" } },
    },
  ),
  answered(
    "an empty message",
    "GET /v1/ports/7",
    { plan: { error: { code: 5, message: "" } } },
    {
      status: 404,
      part: { error: { message: "" } },
    },
  ),
  answered(
    "details of known types",
    "GET /v1/ports/7",
    { plan: { error: { code: 9, message: "stale", details: [errorInfo, place] } } },
    {
      status: 400,
      part: {
        error: {
          status: "FAILED_PRECONDITION",
          details: [
            { "@type": errorInfo.type, reason: "STALE", domain: "shop" },
            { "@type": place.type, label: "x" },
          ],
        },
      },
    },
  ),
  answered(
    "a detail of an unknown type does not hide the error",
    "GET /v1/ports/7",
    { plan: { error: { code: 9, message: "stale", details: [unknown, errorInfo] } } },
    {
      status: 400,
      part: {
        error: {
          status: "FAILED_PRECONDITION",
          message: "stale",
          details: [{ "@type": unknown.type }, { "@type": errorInfo.type, reason: "STALE" }],
        },
      },
    },
  ),
  answered(
    "a detail that does not decode does not hide the error",
    "GET /v1/ports/7",
    { plan: { error: { code: 9, message: "stale", details: [broken] } } },
    {
      status: 400,
      part: { error: { status: "FAILED_PRECONDITION", message: "stale" } },
    },
  ),
  answered(
    "bytes that are no message",
    "GET /v1/ports/7",
    { plan: { garbage: true } },
    {
      status: 500,
      part: { error: { code: 500, status: "INTERNAL" } },
    },
  ),
  answered(
    "a code that gRPC does not have",
    "GET /v1/ports/7",
    { plan: { error: { code: 42, message: "odd" } } },
    { status: 500 },
  ),
  answered(
    "headers of an error",
    "GET /v1/ports/7",
    { plan: { error: { code: 14, message: "later" }, trailers: { "x-more": "a" } } },
    {
      status: 503,
      header: { "x-more": "a", "content-type": "application/json" },
    },
  ),

  refused("another method", "PUT /v1/ports/7", 405, "METHOD_NOT_ALLOWED"),
  answered(
    "405 says which methods there are",
    "PUT /v1/ports/7/berths/2/BERTH_VIEW_FULL",
    {},
    {
      status: 405,
      header: { allow: "GET, HEAD, OPTIONS" },
      part: { error: { code: 405, status: "UNIMPLEMENTED" } },
    },
  ),
  answered(
    "405 gathers every method of a path",
    "POST /v1/ports/7/berths/2",
    { body: "{}" },
    {
      status: 405,
      header: { allow: "DELETE, GET, HEAD, OPTIONS, PATCH, PUT" },
    },
  ),
  answered(
    "404 in the same form",
    "GET /nowhere",
    {},
    {
      status: 404,
      part: { error: { code: 404, status: "NOT_FOUND" } },
      header: { "content-type": "application/json" },
    },
  ),
  answered("OPTIONS", "OPTIONS /v1/ports/7", {}, { status: 204, text: "", header: { allow: "GET, HEAD, OPTIONS" } }),
  answered("HEAD where GET is", "HEAD /v1/ports/7", {}, { text: "", header: { "content-length": "22" } }),
  answered("HEAD of nothing", "HEAD /nowhere", {}, { status: 404, text: "" }),
  refused("an answer no one here can write", "GET /v1/ports/7", 406, "NOT_ACCEPTABLE", undefined, {
    header: { accept: "application/xml" },
  }),
  answered("JSON among others", "GET /v1/ports/7", { header: { accept: "text/html, application/json;q=0.1" } }, {}),
  answered("anything", "GET /v1/ports/7", { header: { accept: "*/*" } }, {}),
  answered("any application", "GET /v1/ports/7", { header: { accept: "application/*" } }, {}),
  answered("Accept with a charset", "GET /v1/ports/7", { header: { accept: "application/json; charset=utf-8" } }, {}),
  refused("a body that is no JSON", "POST /v1/lab", 415, "UNSUPPORTED_MEDIA_TYPE", undefined, {
    body: "a=b",
    header: { "content-type": "application/x-www-form-urlencoded" },
  }),
  refused("JSON in another charset", "POST /v1/lab", 415, "UNSUPPORTED_MEDIA_TYPE", undefined, {
    body: "{}",
    header: { "content-type": "application/json; charset=utf-16" },
  }),
  answered(
    "JSON with a charset",
    "POST /v1/lab",
    { body: "{}", header: { "content-type": "Application/JSON; charset=UTF-8" } },
    {},
  ),
  answered("no content type is JSON", "POST /v1/lab", { body: "{}", header: { "content-type": "" } }, {}),
  refused("a body past the limit", "POST /v1/lab", 413, "BODY_TOO_LARGE", undefined, {
    body: JSON.stringify({ text: "x".repeat(1_100_000) }),
  }),
  answered(
    "a body just within the limit",
    "POST /v1/lab",
    { body: JSON.stringify({ text: "x".repeat(1_000_000) }) },
    {},
  ),
];
