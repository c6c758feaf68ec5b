import { expect, test } from "vitest";
import { createTestTranscoder } from "./testdata/client.ts";

// target, method of the call, request as ProtoJSON
const found: readonly [clause: string, target: string, method: string, request: object][] = [
  ["a variable of several segments", "GET /v1/shelves/7/books/9", "GetBook", { name: "shelves/7/books/9" }],
  ["additional_bindings", "GET /v1/books/9", "GetBook", { name: "9" }],
  ["a literal wins over a wildcard", "GET /v1/books/featured", "GetFeatured", {}],
  ["a single segment is decoded in full", "GET /v1/books/a%2Fb%20%C3%A9", "GetBook", { name: "a/b é" }],
  ["several segments keep %2F", "GET /v1/shelves/a%2Fb/books/c%20d", "GetBook", { name: "shelves/a%2Fb/books/c d" }],
  ["several segments keep %2f as written", "GET /v1/files/a%2fb/c", "GetFile", { path: "a%2fb/c" }],
  ["an encoded literal matches", "GET /v1/%62ooks/9", "GetBook", { name: "9" }],
  ["** takes zero segments", "GET /v1/files", "GetFile", {}],
  ["** takes one segment", "GET /v1/files/a", "GetFile", { path: "a" }],
  ["** takes many segments", "GET /v1/files/a/b/c", "GetFile", { path: "a/b/c" }],
  ["plus is itself in a path", "GET /v1/books/a+b", "GetBook", { name: "a+b" }],
  ["a custom verb", "GET /v1/shelves/7:watch", "Watch", { name: "shelves/7" }],
  ["an id may hold a colon", "GET /v1/books/urn:isbn:9", "GetBook", { name: "urn:isbn:9" }],
  ["a registered verb elsewhere is part of an id", "GET /v1/books/x:lend", "GetBook", { name: "x:lend" }],
  [
    "an encoded colon is part of an id",
    "GET /v1/shelves/7/books/x%3Alend",
    "GetBook",
    { name: "shelves/7/books/x:lend" },
  ],
  ["a custom kind", "PURGE /v1/shelves/7", "Purge", { name: "shelves/7" }],
  ["custom kind *", "LOCK /v1/any/7", "Anything", { name: "7" }],
  ["DELETE", "DELETE /v1/shelves/7/books/9", "DeleteBook", { name: "shelves/7/books/9" }],
  ["HEAD where GET is", "HEAD /v1/books/9", "GetBook", { name: "9" }],
];

test.each(found)("%s: %s", async (_clause, target, method, request) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(target);
  expect(answer.status).toBe(200);
  expect(calls).toMatchObject([{ method, request }]);
});

const refused: readonly [clause: string, target: string, status: number, reason: string][] = [
  ["an unknown path", "GET /v2/books", 404, "ROUTE_NOT_FOUND"],
  ["a trailing slash is another path", "GET /v1/books/9/", 404, "ROUTE_NOT_FOUND"],
  ["an empty segment", "GET /v1//books", 404, "ROUTE_NOT_FOUND"],
  ["an empty segment within **", "GET /v1/files/a//b", 404, "ROUTE_NOT_FOUND"],
  ["an empty id", "GET /v1/books/", 404, "ROUTE_NOT_FOUND"],
  ["a path without a slash", "GET v1/books/9", 404, "ROUTE_NOT_FOUND"],
  ["the asterisk form", "OPTIONS *", 404, "ROUTE_NOT_FOUND"],
  ["another method", "POST /v1/books/9", 405, "METHOD_NOT_ALLOWED"],
  ["a method without a rule", "GET /shelf.v1.Shelf/NotOverHttp", 404, "ROUTE_NOT_FOUND"],
  ["bytes that are not UTF-8", "GET /v1/books/%FF", 400, "PATH_INVALID"],
  ["half an escape", "GET /v1/books/%2", 400, "PATH_INVALID"],
  ["a dot segment", "GET /v1/shelves/7/books/..", 400, "PATH_INVALID"],
  ["a hidden dot segment", "GET /v1/shelves/7/books/%2e%2E", 400, "PATH_INVALID"],
];

test.each(refused)("%s is refused: %s", async (_clause, target, status, reason) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(target);
  expect(answer).toMatchObject({ status, reason });
  expect(calls).toEqual([]);
});

test("405 and OPTIONS name the methods of the path (RFC 9110, 15.5.6 and 9.3.7)", async () => {
  const { send } = createTestTranscoder();
  const refusal = await send("POST /v1/shelves/7/books/9");
  expect(refusal.header.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PATCH");
  const options = await send("OPTIONS /v1/shelves/7/books/9");
  expect(options).toMatchObject({ status: 204, text: "" });
  expect(options.header.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PATCH");
});

test("HEAD has the headers of GET and no body (RFC 9110, 9.3.2)", async () => {
  const { send } = createTestTranscoder();
  const get = await send("GET /v1/books/9");
  const head = await send("HEAD /v1/books/9");
  expect(head.text).toBe("");
  expect([...head.header]).toEqual([...get.header]);
});

test("routes lists every rule in order, for listings and OpenAPI", () => {
  const { transcoder } = createTestTranscoder({ headerFields: { "Idempotency-Key": "request_id" } });
  const lines = transcoder.routes.map(
    ({ httpMethod, template, method }) => `${httpMethod} ${template.source} ${method.name}`,
  );
  expect(lines.slice(0, 3)).toEqual([
    "GET /v1/{name=shelves/*/books/*} GetBook",
    "GET /v1/books/{name} GetBook",
    "GET /v1/{parent=shelves/*}/books ListBooks",
  ]);
  const create = transcoder.routes.find(({ method }) => method.name === "CreateBook");
  expect(create).toMatchObject({ body: "book", headers: [{ header: "idempotency-key", fieldPath: "request_id" }] });
});
