import { fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { contentOfHttpBody } from "./http-body.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfFiles, shelfMessage } from "./testdata/load.ts";

const convert = "POST /v1/convert";
const cover = "PUT /v1/shelves/7/books/9/cover";
const coverAsJson = "PUT /v1/shelves/7/books/9/coverAsJson";
const upload = "POST /v1/shelves/7/books/9:upload";
const download = "GET /v1/shelves/7/books/9:download";
const name = "shelves/7/books/9";
const png = { "content-type": "image/png" };
const notText = Buffer.from([0xff, 0x00, 0x7b]);
const base64 = notText.toString("base64");

function httpBody(json: JsonValue): Message {
  const desc = shelfFiles().getMessage("google.api.HttpBody");
  if (desc === undefined) throw new Error("shelf.proto does not import HttpBody");
  return fromJson(desc, json);
}

const unaryOf = (message: Message) => ({
  unary: async () => ({ message, header: new Headers(), trailer: new Headers() }),
});

const requests: readonly [clause: string, target: string, header: Record<string, string>, request: JsonValue][] = [
  ["is the whole request", convert, png, { contentType: "image/png", data: base64 }],
  ["of no type", convert, {}, { data: base64 }],
  [
    "with parameters of its type",
    convert,
    { "content-type": "text/csv; charset=latin1" },
    { contentType: "text/csv; charset=latin1", data: base64 },
  ],
  ["is the body field", cover, png, { name, cover: { contentType: "image/png", data: base64 } }],
  ["beside a query", `${cover}?dpi=300`, png, { name, dpi: 300, cover: { contentType: "image/png", data: base64 } }],
];

test.each(requests)("a raw body %s", async (_clause, target, header, request) => {
  const { send, calls } = createTestTranscoder();
  expect(await send(target, { body: notText, header })).toMatchObject({ status: 200 });
  expect(calls[0]?.request).toEqual(request);
});

test("a raw body may be empty", async () => {
  const { send, calls } = createTestTranscoder();
  expect(await send(cover, { header: png })).toMatchObject({ status: 200 });
  expect(calls[0]?.request).toEqual({ name, cover: { contentType: "image/png" } });
});

test("a raw body is bounded", async () => {
  const { send } = createTestTranscoder({ limits: { maxBodyBytes: 2 } });
  expect(await send(convert, { body: notText, header: png })).toMatchObject({ status: 413, reason: "BODY_TOO_LARGE" });
});

test("a HttpBody inside a message is JSON as any other", async () => {
  const message = fromJson(shelfMessage("CoverResponse"), { cover: { contentType: "image/png", data: base64 } });
  const { send, calls } = createTestTranscoder({ call: unaryOf(message) });
  const body = JSON.stringify({ cover: { contentType: "a/b", data: base64 } });
  const answer = await send(coverAsJson, { body });
  expect(calls[0]?.request).toEqual({ name, cover: { contentType: "a/b", data: base64 } });
  expect(answer.json).toEqual({ cover: { contentType: "image/png", data: base64, extensions: [] }, version: 0 });
});

const answers: readonly [clause: string, reply: JsonValue, accept: string, type: string, text: string][] = [
  ["has its type", { contentType: "text/csv", data: "YSxi" }, "*/*", "text/csv", "a,b"],
  ["has no type of its own", { data: "YSxi" }, "*/*", "application/octet-stream", "a,b"],
  [
    "has a type that is no header",
    { contentType: "a\r\nb: c", data: "YSxi" },
    "*/*",
    "application/octet-stream",
    "a,b",
  ],
  ["is sent whatever the client accepts", { contentType: "text/csv", data: "YSxi" }, "image/png", "text/csv", "a,b"],
  ["is empty", { contentType: "text/csv" }, "*/*", "text/csv", ""],
];

test.each(answers)("a raw answer %s", async (_clause, reply, accept, type, text) => {
  const whole = createTestTranscoder({ call: unaryOf(httpBody(reply)) });
  const part = createTestTranscoder({ call: unaryOf(fromJson(shelfMessage("CoverResponse"), { cover: reply })) });
  for (const answer of [
    await whole.send(convert, { header: { accept } }),
    await part.send(cover, { header: { accept } }),
  ]) {
    expect(answer).toMatchObject({ status: 200, text });
    expect(answer.header.get("content-type")).toBe(type);
    expect(answer.header.get("content-length")).toBe(String(text.length));
  }
});

test("a response_body that is not set is an empty answer", async () => {
  const { send } = createTestTranscoder();
  const answer = await send(cover);
  expect(answer).toMatchObject({ status: 200, text: "" });
  expect(answer.header.get("content-type")).toBe("application/octet-stream");
});

test("an error of a raw answer is JSON", async () => {
  const { send } = createTestTranscoder({
    call: { unary: () => Promise.reject(new ConnectError("none", Code.NotFound)) },
  });
  expect(await send(convert, { header: { accept: "image/png" } })).toMatchObject({
    status: 404,
    json: { error: { status: "NOT_FOUND" } },
  });
});

test("a raw stream of the client: the type in the first piece, the path in every one", async () => {
  const { send, calls } = createTestTranscoder({ limits: { maxBodyBytes: 10, maxMessages: 1 } });
  const body = Buffer.alloc(200_000, "x");
  expect(await send(`${upload}?dpi=3`, { body, header: png })).toMatchObject({ status: 200 });
  // Neither bound is for pieces that the network cut.
  const pieces = calls.map(({ message }) => contentOfHttpBody("cover" in message ? message.cover : undefined));
  expect(Buffer.concat(pieces.map(({ data }) => data))).toEqual(body);
  expect(Math.max(...pieces.map(({ data }) => data.length))).toBe(65_536);
  for (const [index, { request }] of calls.entries()) {
    expect(request).toMatchObject({ name, dpi: 3 });
    expect(JSON.stringify(request).includes("image/png")).toBe(index === 0);
  }
});

test("a raw stream of the client that is empty is one message", async () => {
  const { send, calls } = createTestTranscoder();
  expect(await send(upload, { header: png })).toMatchObject({ status: 200 });
  expect(calls.map(({ request }) => request)).toEqual([{ name, cover: { contentType: "image/png" } }]);
});

test("a raw stream of the server is its pieces, one after the other, of the first one's type", async () => {
  const { send } = createTestTranscoder({
    call: {
      async *serverStream() {
        yield httpBody({ contentType: "text/csv", data: "YSxi" });
        yield httpBody({});
        yield httpBody({ contentType: "image/png", data: "LGM=" });
      },
    },
  });
  const answer = await send(download, { header: { accept: "application/json" } });
  expect(answer).toMatchObject({ status: 200, text: "a,b,c" });
  expect(answer.header.get("content-type")).toBe("text/csv");
});

test("a raw stream of nothing is empty", async () => {
  const answer = await createTestTranscoder().send(download);
  expect(answer).toMatchObject({ status: 200, text: "" });
  expect(answer.header.get("content-type")).toBe("application/octet-stream");
});

test("an error before the first piece has its own status", async () => {
  const { send } = createTestTranscoder({
    call: {
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      async *serverStream() {
        throw new ConnectError("none", Code.NotFound);
      },
    },
  });
  expect(await send(download)).toMatchObject({ status: 404, json: { error: { message: "none" } } });
});

test.each([
  ["of the call", new ConnectError("gone", Code.Unavailable), 0],
  ["that is a bug", new TypeError("secret"), 1],
])("an error %s after the first piece breaks the answer off", async (_clause, error, reports) => {
  const reported: unknown[] = [];
  let signal: AbortSignal | undefined;
  const { send } = createTestTranscoder({
    onInternalError: (slip) => reported.push(slip),
    call: {
      async *serverStream(_method, _message, info) {
        signal = info.signal;
        yield httpBody({ data: "YSxi" });
        throw error;
      },
    },
  });
  await expect(send(download)).rejects.toBe(error);
  expect(reported).toHaveLength(reports);
  expect(signal?.aborted).toBe(true);
});

test("raw both ways", async () => {
  const { send } = createTestTranscoder();
  const answer = await send("POST /v1/recode", { body: notText, header: png });
  expect(answer.status).toBe(200);
  expect(answer.header.get("content-type")).toBe("image/png");
  expect(answer.header.get("content-length")).toBeNull();
});
