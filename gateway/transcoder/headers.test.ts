import { fromJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { allowHeaders, pickHeaders, pickRequestHeaders, readTimeoutMs } from "./headers.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfMessage } from "./testdata/load.ts";

const getBook = "GET /v1/books/9";

const passed: readonly [clause: string, patterns: string[], sent: Record<string, string>, metadata: object][] = [
  ["an allowed name", ["X-Tenant"], { "x-tenant": "a", "x-other": "b" }, { "x-tenant": "a" }],
  ["a prefix", ["x-*"], { "X-Tenant": "a", y: "b" }, { "x-tenant": "a" }],
  ["a star inside a name is no pattern", ["x-*-id"], { "x-a-id": "a" }, {}],
  ["Grpc-Metadata- of an allowed name", ["foo"], { "Grpc-Metadata-Foo": "x" }, { foo: "x" }],
  ["Grpc-Metadata- of a name by prefix", ["f*"], { "Grpc-Metadata-Foo": "x" }, { foo: "x" }],
  ["Grpc-Metadata- of another name", ["foo"], { "Grpc-Metadata-Bar": "x" }, {}],
  ["Grpc-Metadata- beside the name itself", ["foo"], { foo: "a", "grpc-metadata-foo": "b" }, { foo: "a, b" }],
  ["Grpc-Metadata- of the protocol", ["*"], { "Grpc-Metadata-Grpc-Timeout": "1S", "grpc-metadata-te": "x" }, {}],
  ["Grpc-Metadata- of nothing", ["*"], { "Grpc-Metadata-": "x" }, {}],
  ["-bin stays base64", ["x-*"], { "x-token-bin": "AQID" }, { "x-token-bin": "AQID" }],
  [
    "hop-by-hop and protocol headers, whatever is allowed",
    ["*", "connection", "content-length", "te", "host", "grpc-timeout"],
    {
      connection: "close",
      "content-length": "0",
      "content-type": "application/json",
      "content-encoding": "identity",
      "transfer-encoding": "chunked",
      te: "trailers",
      host: "a",
      upgrade: "h2c",
      "keep-alive": "1",
      "proxy-authorization": "p",
      "grpc-timeout": "1S",
      "grpc-encoding": "gzip",
      "connect-timeout-ms": "5",
      "sec-fetch-mode": "cors",
      accept: "*/*",
      "user-agent": "u",
      expect: "100-continue",
      "x-good": "1",
    },
    { "x-good": "1" },
  ],
];

test.each(passed)("request headers: %s", (_clause, patterns, sent, metadata) => {
  const picked = pickRequestHeaders(new Headers(sent), allowHeaders(patterns));
  expect(Object.fromEntries(picked)).toEqual(metadata);
});

test("request headers that pass by default", async () => {
  const { send, calls } = createTestTranscoder();
  await send(getBook, { header: { authorization: "t", traceparent: "p", tracestate: "s", cookie: "c", "x-a": "x" } });
  expect([...(calls[0]?.info.header ?? [])]).toEqual([
    ["authorization", "t"],
    ["traceparent", "p"],
    ["tracestate", "s"],
  ]);
});

const returned: readonly [clause: string, patterns: string[], metadata: Record<string, string>, header: object][] = [
  ["an allowed name", ["ETag"], { etag: "e", "x-other": "o" }, { etag: "e" }],
  ["a prefix", ["x-*"], { "x-a": "1", "x-b": "2", y: "3" }, { "x-a": "1", "x-b": "2" }],
  [
    "hop-by-hop and protocol headers, whatever is allowed",
    ["*"],
    {
      "content-length": "999999",
      "content-type": "application/grpc",
      "content-encoding": "gzip",
      "transfer-encoding": "chunked",
      connection: "close",
      trailer: "x",
      upgrade: "h2c",
      "grpc-status": "0",
      "grpc-message": "m",
      "grpc-status-details-bin": "AA",
      "access-control-allow-origin": "*",
      "x-good": "1",
    },
    { "x-good": "1" },
  ],
  ["-bin stays base64", ["*"], { "x-token-bin": "AQID" }, { "x-token-bin": "AQID" }],
  ["Latin-1", ["*"], { "x-a": "caf\xe9" }, { "x-a": "caf\xe9" }],
];

test.each(returned)("response headers: %s", async (_clause, patterns, metadata, header) => {
  const message = fromJson(shelfMessage("Book"), {});
  for (const place of ["header", "trailer"] as const) {
    const reply = { message, header: new Headers(), trailer: new Headers(), [place]: new Headers(metadata) };
    const { send } = createTestTranscoder({ call: { unary: async () => reply }, responseHeaders: patterns });
    const answer = await send(getBook);
    expect(answer.status).toBe(200);
    const { "content-type": type, "content-length": length, ...others } = Object.fromEntries(answer.header);
    expect([type, length]).toEqual(["application/json", String(answer.text.length)]);
    expect(others).toEqual(header);
  }
});

test.each(["a\x01b", "a\x7fb"])("a value that HTTP cannot carry (%j) is left out and told", async (value) => {
  const reported: unknown[] = [];
  const from = new Headers({ "x-bad": value, "x-good": "1" });
  const into = pickHeaders(from, allowHeaders(["x-*"]), new Headers(), (slip) => reported.push(slip));
  expect([...into]).toEqual([["x-good", "1"]]);
  expect(reported).toMatchObject([{ message: "the value of the header x-bad cannot be sent" }]);
});

const timeouts: readonly [header: Record<string, string>, ms: number | undefined][] = [
  [{}, undefined],
  [{ "grpc-timeout": "500m" }, 500],
  [{ "grpc-timeout": "1n" }, 1],
  [{ "grpc-timeout": "2H" }, 7_200_000],
  [{ "x-request-timeout": "0.5" }, 500],
  [{ "x-server-timeout": "2" }, 2_000],
  [{ "x-server-timeout": "0.0001" }, 1],
  [{ "connect-timeout-ms": "1500" }, 1_500],
  [{ "x-server-timeout": "3", "connect-timeout-ms": "2000", "grpc-timeout": "1S", "x-request-timeout": "4" }, 1_000],
  [{ "x-server-timeout": "3", "connect-timeout-ms": "2000" }, 2_000],
];

test.each(timeouts)("the deadline of %o is %s ms", (header, ms) => {
  expect(readTimeoutMs(new Headers(header))).toBe(ms);
});

const noTimeouts: readonly [name: string, value: string][] = [
  ["grpc-timeout", "5"],
  ["grpc-timeout", "123456789S"],
  ["x-request-timeout", "-1"],
  ["x-server-timeout", "1e3"],
  ["x-server-timeout", "1s"],
  ["x-server-timeout", "1."],
  ["connect-timeout-ms", "1.5"],
  ["connect-timeout-ms", "12345678901"],
];

test.each(noTimeouts)("%s: %s is no deadline", async (name, value) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(getBook, { header: { [name]: value } });
  expect(answer).toMatchObject({ status: 400, reason: "TIMEOUT_INVALID", fields: [name] });
  expect(calls).toEqual([]);
});

const zeros: readonly [name: string, value: string][] = [
  ["grpc-timeout", "0n"],
  ["x-request-timeout", "0"],
  ["x-server-timeout", "0.000"],
  ["connect-timeout-ms", "0"],
];

test.each(zeros)("%s: %s is 504 without a call", async (name, value) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(getBook, { header: { [name]: value } });
  expect(answer).toMatchObject({ status: 504, json: { error: { status: "DEADLINE_EXCEEDED" } } });
  expect(calls).toEqual([]);
});
