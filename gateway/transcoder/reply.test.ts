import { create, fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { refusalReasons } from "./refusal.ts";
import { statusOfCode } from "./status.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfMessage, testRegistry } from "./testdata/load.ts";

const getBook = "GET /v1/books/9";

function replying(name: string, json: JsonValue, header = new Headers(), trailer = new Headers()) {
  const message: Message = fromJson(shelfMessage(name), json, { registry: testRegistry });
  return { unary: async () => ({ message, header, trailer }) };
}

function failing(error: unknown) {
  return { unary: () => Promise.reject(error) };
}

test("a response is ProtoJSON with lowerCamel names, defaults and int64 as strings", async () => {
  const { send } = createTestTranscoder({ call: replying("Book", { name: "b", priceMinor: "9007199254740993" }) });
  const answer = await send(getBook);
  expect(answer.status).toBe(200);
  expect(answer.header.get("content-type")).toBe("application/json");
  expect(answer.header.get("content-length")).toBe(String(Buffer.byteLength(answer.text)));
  const rest = { displayName: "", others: [], labels: {} };
  expect(answer.json).toEqual({ name: "b", priceMinor: "9007199254740993", ...rest });
});

test("an Any of a registered type is written out", async () => {
  const any = { "@type": "type.googleapis.com/shelf.v1.Author", born: 1899 };
  const { send } = createTestTranscoder({ call: replying("Everything", { any, color: "RED" }) });
  expect((await send("GET /v1/everything")).json).toMatchObject({ any, color: "RED", stringValue: "" });
});

const responseBodies: readonly [clause: string, target: string, reply: JsonValue, text: string][] = [
  ["a list", "PUT /v1/tags/7", { tags: ["a", "b"] }, '["a","b"]'],
  ["an empty list", "PUT /v1/tags/7", {}, "[]"],
  ["a scalar", "POST /v1/tags/7/count", { total: "12" }, '"12"'],
];

test.each(responseBodies)("response_body sends %s alone", async (_clause, target, reply, text) => {
  const { send } = createTestTranscoder({ call: replying("TagResponse", reply) });
  expect((await send(target)).text).toBe(text);
});

test("only allowed headers and trailers of the call reach the client", async () => {
  const header = new Headers([
    ["etag", "e1"],
    ["x-internal", "i"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]);
  const call = replying("Book", {}, header, new Headers({ "x-cost": "3", "grpc-status": "0" }));
  const { send } = createTestTranscoder({ call, responseHeaders: ["etag", "x-cost", "set-cookie"] });
  const answer = await send(getBook);
  expect(answer.header.get("etag")).toBe("e1");
  expect(answer.header.get("x-cost")).toBe("3");
  expect([...answer.header].filter(([name]) => name === "set-cookie")).toEqual([
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]);
  expect(answer.header.has("x-internal") || answer.header.has("grpc-status")).toBe(false);
});

const codes = Object.entries(statusOfCode).map(
  ([code, { name, httpStatus }]) => [name, Number(code), httpStatus] as const,
);

test.each(codes)("%s goes out in the AIP-193 form", async (name, code, httpStatus) => {
  const { send } = createTestTranscoder({ call: failing(new ConnectError("why", code)) });
  const answer = await send(getBook);
  expect(answer.status).toBe(httpStatus);
  expect(answer.json).toEqual({ error: { code: httpStatus, status: name, message: "why", details: [] } });
});

test("details go out as Any; Retry-After is RetryInfo in whole seconds", async () => {
  const error = new ConnectError("busy", Code.Unavailable, { "x-shed": "1" }, [
    { desc: ErrorInfoSchema, value: { reason: "OVERLOADED", domain: "malla", metadata: { limit: "5" } } },
    { desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n, nanos: 1 } } },
  ]);
  const { send } = createTestTranscoder({ call: failing(error), responseHeaders: ["x-shed"] });
  const answer = await send(getBook);
  expect(answer.header.get("retry-after")).toBe("3");
  expect(answer.header.get("x-shed")).toBe("1");
  expect(answer.json).toMatchObject({
    error: {
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "OVERLOADED", metadata: { limit: "5" } },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2.000000001s" },
      ],
    },
  });
});

test("a detail of an unknown type, or of broken bytes, goes out as base64 and is no 500", async () => {
  const error = new ConnectError("no", Code.NotFound);
  error.details = [
    { type: "nope.Nope", value: new Uint8Array([1, 2, 3]) },
    { type: "google.rpc.ErrorInfo", value: new Uint8Array([0x0a, 0xff]) },
    { type: "google.protobuf.Duration", value: new Uint8Array([0x08, 0x05]) },
  ];
  const { send } = createTestTranscoder({ call: failing(error) });
  const answer = await send(getBook);
  expect(answer.status).toBe(404);
  expect(answer.json).toMatchObject({
    error: {
      details: [
        { "@type": "type.googleapis.com/nope.Nope", value: "AQID" },
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", value: "Cv8=" },
        { "@type": "type.googleapis.com/google.protobuf.Duration", value: "5s" },
      ],
    },
  });
});

test("a detail that cannot be written at all is named, and is no 500", async () => {
  const broken = fromJson(shelfMessage("Everything"), {});
  Object.assign(broken, {
    any: { $typeName: "google.protobuf.Any", typeUrl: "x/nope.Nope", value: new Uint8Array(1) },
  });
  const error = new ConnectError("no", Code.NotFound, undefined, [{ desc: shelfMessage("Everything"), value: broken }]);
  const { send } = createTestTranscoder({ call: failing(error) });
  expect(await send(getBook)).toMatchObject({
    status: 404,
    json: { error: { details: [{ "@type": "type.googleapis.com/shelf.v1.Everything" }] } },
  });
});

test("a response that cannot be written is a bug of the server", async () => {
  const message = fromJson(shelfMessage("Book"), {});
  Object.assign(message, { createTime: { $typeName: "google.protobuf.Timestamp", seconds: 10n ** 15n, nanos: 0 } });
  const seen: unknown[] = [];
  const call = { unary: async () => ({ message, header: new Headers(), trailer: new Headers() }) };
  const { send } = createTestTranscoder({ call, onInternalError: (error) => seen.push(error) });
  expect((await send(getBook)).status).toBe(500);
  expect(seen).toHaveLength(1);
});

test("a bug shows nothing of itself and is reported once", async () => {
  const bug = new TypeError("secret of /srv/app.ts");
  const seen: unknown[] = [];
  const { send } = createTestTranscoder({
    call: failing(bug),
    onInternalError: (error, method) => seen.push([error, method?.name]),
  });
  const answer = await send(getBook);
  expect(answer.json).toEqual({ error: { code: 500, status: "INTERNAL", message: "internal error", details: [] } });
  expect(seen).toEqual([[bug, "GetBook"]]);
});

test("a call that stopped because the client left is CANCELLED, not a bug", async () => {
  const abort = new AbortController();
  const seen: unknown[] = [];
  const call = {
    unary: async () => {
      abort.abort();
      throw abort.signal.reason;
    },
  };
  const { send } = createTestTranscoder({ call, onInternalError: (error) => seen.push(error) });
  expect((await send(getBook, { signal: abort.signal })).status).toBe(499);
  expect(seen).toEqual([]);
});

test("a refusal carries ErrorInfo and BadRequest, with reason and domain from the options", async () => {
  const { send } = createTestTranscoder({ errorDomain: "malla", errorReasons: { FIELD_UNKNOWN: "MALFORMED_REQUEST" } });
  const answer = await send("POST /v1/everything", { body: '{"nope":1}' });
  expect(answer.json).toEqual({
    error: {
      code: 400,
      status: "INVALID_ARGUMENT",
      message: "nope: no such field in shelf.v1.Everything",
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "MALFORMED_REQUEST", domain: "malla" },
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [
            { field: "nope", description: "no such field in shelf.v1.Everything", reason: "MALFORMED_REQUEST" },
          ],
        },
      ],
    },
  });
});

test("reasons are UPPER_SNAKE_CASE of at most 63 characters (AIP-193)", () => {
  for (const reason of Object.keys(refusalReasons)) expect(reason).toMatch(/^[A-Z][A-Z0-9_]{1,62}$/);
});

const accepts: readonly [accept: string, status: number][] = [
  ["", 200],
  ["*/*", 200],
  ["application/*", 200],
  ["text/html, application/json;q=0.1", 200],
  ["application/json;charset=utf-8", 200],
  ["text/html", 406],
  ["application/json;q=0", 406],
  ["*/*, application/json;q=0", 406],
];

test.each(accepts)("Accept: %s gives %i (RFC 9110, 12.5.1)", async (accept, status) => {
  const { send } = createTestTranscoder();
  const answer = await send(getBook, { header: { accept } });
  expect(answer.status).toBe(status);
  expect(answer.header.get("content-type")).toBe("application/json");
});

test("an empty message needs no special reply", async () => {
  const { send } = createTestTranscoder({
    call: {
      unary: async (method) => ({ message: create(method.output), header: new Headers(), trailer: new Headers() }),
    },
  });
  expect((await send("DELETE /v1/shelves/7/books/9")).text).toBe("{}");
});
