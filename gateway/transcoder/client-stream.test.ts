import { create, fromJson } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { createTestTranscoder } from "./testdata/client.ts";

import { serviceOf } from "./testdata/rules.ts";

const add = "POST /v1/shelves/7/books:add";
const addEach = "POST /v1/shelves/7/books:addEach";
const lines = { "content-type": "application/x-ndjson" };
const parent = "shelves/7";

const carried: readonly [clause: string, body: string, contentType: string | undefined, ids: string[]][] = [
  ["a message a line", '{"requestId":"a"}\n{"requestId":"b"}\n', "application/x-ndjson", ["a", "b"]],
  ["the other name of NDJSON", '{"requestId":"a"}\n', "application/jsonl", ["a"]],
  ["a charset", '{"requestId":"a"}\n', "application/x-ndjson; charset=utf-8", ["a"]],
  ["no line feed at the end", '{"requestId":"a"}\n{"requestId":"b"}', "application/x-ndjson", ["a", "b"]],
  ["carriage returns", '{"requestId":"a"}\r\n{"requestId":"b"}\r\n', "application/x-ndjson", ["a", "b"]],
  ["empty lines", '\n \n{"requestId":"a"}\n\n', "application/x-ndjson", ["a"]],
  [
    "several values in a line",
    '{"requestId":"a"}{"requestId":"b"} {"requestId":"c"}\n',
    lines["content-type"],
    ["a", "b", "c"],
  ],
  ["lines as application/json", '{"requestId":"a"}\n{"requestId":"b"}', "application/json", ["a", "b"]],
  ["lines without a content type", '{"requestId":"a"}\n{"requestId":"b"}', undefined, ["a", "b"]],
  ["values one after the other", '{"requestId":"a"}{"requestId":"b"}', "application/json", ["a", "b"]],
  ["values over several lines", '{\n "requestId":\n"a"\n}\t{"requestId":"b"}', "application/json", ["a", "b"]],
  ["brackets and quotes in strings", '{"requestId":"}{\\"\\\\"}{"requestId":"]"}', "application/json", ['}{"\\', "]"]],
  ["no message at all", "", "application/x-ndjson", []],
  ["white space alone", " \r\n\t\n", "application/json", []],
];

test.each(carried)("%s", async (_clause, body, contentType, ids) => {
  const { send, calls } = createTestTranscoder();
  const answer = await send(add, { body, header: contentType === undefined ? {} : { "content-type": contentType } });
  expect(answer).toMatchObject({ status: 200, json: { nextPageToken: "" } });
  expect(calls.map(({ request }) => request)).toEqual(ids.map((requestId) => ({ parent, requestId })));
});

test("path, query and headers are bound into every message, each line into the body field", async () => {
  const { send, calls } = createTestTranscoder({ headerFields: { "x-id": "request_id" } });
  const body = '{"displayName":"a"}\n{"displayName":"b"}\n';
  await send(`${addEach}?validateOnly=true`, { body, header: { ...lines, "x-id": "7" } });
  const every = { parent, requestId: "7", validateOnly: true };
  expect(calls.map(({ request }) => request)).toEqual([
    { ...every, book: { displayName: "a" } },
    { ...every, book: { displayName: "b" } },
  ]);
});

const bad: readonly [clause: string, target: string, line: string, reason: string, field: string, status?: number][] = [
  ["no JSON", add, "{nope", "JSON_INVALID", "[1]"],
  ["a scalar", add, "7", "FIELD_TYPE_INVALID", "[1]"],
  ["an array of messages", add, "[{}]", "FIELD_TYPE_INVALID", "[1]"],
  ["bytes that are no UTF-8", add, "\xff", "JSON_INVALID", "[1]"],
  ["an unknown field", add, '{"nope":1}', "FIELD_UNKNOWN", "[1].nope"],
  ["a value of the wrong kind", add, '{"book":{"priceMinor":true}}', "FIELD_TYPE_INVALID", "[1].book.priceMinor"],
  ["a value of the wrong kind in the body field", addEach, '{"name":1}', "FIELD_TYPE_INVALID", "[1].book.name"],
  ["a key twice", add, '{"book":{"name":"a","name":"b"}}', "JSON_KEY_DUPLICATE", "[1].book.name"],
  ["a field of the path", add, '{"parent":"shelves/7"}', "PATH_AND_BODY_CONFLICT", "[1].parent"],
  ["too deep", add, "[".repeat(20), "JSON_TOO_DEEP", "[1]"],
  ["too many values", add, `[${"1,".repeat(60)}1]`, "JSON_TOO_LARGE", "[1]"],
  ["too large", add, `{"requestId":"${"x".repeat(500)}"}`, "BODY_TOO_LARGE", "[1]", 413],
];

test.each(bad)(
  "a line that is %s is named by its index",
  async (_clause, target, line, reason, field, status = 400) => {
    const { send, calls } = createTestTranscoder({ limits: { maxBodyBytes: 400, maxJsonValues: 50, maxDepth: 10 } });
    const body = Buffer.from(`{}\n${line}\n{}\n`, "latin1");
    const answer = await send(target, { body, header: lines });
    expect(answer).toMatchObject({ status, reason, fields: [field] });
    expect(calls).toHaveLength(1); // the one before it
  },
);

test("whatever the call makes of a bad message, the client hears what was wrong with it", async () => {
  const heard: unknown[] = [];
  const { send } = createTestTranscoder({
    call: {
      async clientStream(_method, messages) {
        try {
          for await (const _message of messages);
        } catch (error) {
          heard.push(error);
        }
        throw new ConnectError("the stream broke", Code.Unknown);
      },
    },
  });
  expect(await send(add, { body: "{nope\n", header: lines })).toMatchObject({ status: 400, reason: "JSON_INVALID" });
  expect(heard).toEqual([expect.objectContaining({ code: Code.InvalidArgument })]);
});

const beforeTheCall: readonly [clause: string, target: string, header: Record<string, string>, status: number][] = [
  ["another content type", add, { "content-type": "text/csv" }, 415],
  ["another content encoding", add, { "content-encoding": "deflate" }, 415],
  ["an unknown query parameter", `${add}?nope=1`, lines, 400],
  ["an answer it does not take", add, { accept: "text/csv" }, 406],
];

test.each(beforeTheCall)("%s is refused before the call is made", async (_clause, target, header, status) => {
  let isCalled = false;
  const over: ConnectError[] = [];
  const { send } = createTestTranscoder({
    admit: () => ({ over: (error) => over.push(error) }),
    call: {
      clientStream() {
        isCalled = true;
        return Promise.reject(new Error("called"));
      },
    },
  });
  expect(await send(target, { body: "{}\n", header })).toMatchObject({ status });
  expect(isCalled).toBe(false);
  expect(over).toMatchObject([{ code: Code.InvalidArgument }]);
});

test("each message is bounded, their sum is not", async () => {
  const { send, calls } = createTestTranscoder({ limits: { maxBodyBytes: 100 } });
  const body = '{"requestId":"aaaaaaaaaaaaaaaaaaaa"}\n'.repeat(1000);
  expect(await send(add, { body, header: { ...lines, "content-length": String(body.length) } })).toMatchObject({
    status: 200,
  });
  expect(calls).toHaveLength(1000);
});

test("the number of messages is bounded where a limit says so", async () => {
  const { send, calls } = createTestTranscoder({ limits: { maxMessages: 2 } });
  expect(await send(add, { body: "{}{}", header: lines })).toMatchObject({ status: 200 });
  const answer = await send(add, { body: "{}{}{}", header: lines });
  expect(answer).toMatchObject({ status: 413, reason: "BODY_TOO_LARGE", fields: ["[2]"] });
  expect(calls).toHaveLength(4);
});

test("the body is read as the call pulls messages", async () => {
  let sent = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (; sent < 100; sent++) yield Buffer.from(`{"requestId":"${sent}"}\n`);
  }
  const { transcoder } = createTestTranscoder({
    call: {
      async clientStream(method, messages) {
        const iterator = messages[Symbol.asyncIterator]();
        await iterator.next();
        await iterator.next();
        return { message: create(method.output), header: new Headers(), trailer: new Headers() };
      },
    },
  });
  const [method = "", url = ""] = add.split(" ");
  const { signal } = new AbortController();
  const response = await transcoder.handle({ method, url, header: new Headers(lines), signal, body: body() });
  expect(response.status).toBe(200); // answered although the body goes on
  expect(sent).toBeLessThanOrEqual(2);
});

test("headers and trailers of the answer reach the client as those of a unary one", async () => {
  const { send } = createTestTranscoder({
    responseHeaders: ["etag", "x-count"],
    call: {
      clientStream: async (method) => ({
        message: fromJson(method.output, { nextPageToken: "n" }),
        header: new Headers({ etag: "e" }),
        trailer: new Headers({ "x-count": "2" }),
      }),
    },
  });
  const { header, json } = await send(add, { body: "{}", header: lines });
  expect(json).toEqual({ books: [], nextPageToken: "n" });
  expect([header.get("etag"), header.get("x-count")]).toEqual(["e", "2"]);
});

test.each(["clientStreaming", "bidi"])("a rule without a body is refused for %s", (kind) => {
  const rule = { pattern: { case: "get" as const, value: "/v1/x" } };
  const services = [serviceOf({ Broken: { rule, clientStreaming: true, serverStreaming: kind === "bidi" } })];
  expect(() => createTestTranscoder({ services })).toThrow("streams from the client need a rule with a body");
});
