import { brotliCompressSync, brotliDecompressSync, constants, createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { RestResponse } from "./rest-message.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfMessage } from "./testdata/load.ts";

const text = JSON.stringify({ stringValue: "words ".repeat(50) });
const post = "POST /v1/everything";

const read: readonly [coding: string, body: Uint8Array][] = [
  ["gzip", gzipSync(text)],
  ["X-Gzip", gzipSync(text)],
  ["br", brotliCompressSync(text)],
  ["identity", Buffer.from(text)],
  ["", Buffer.from(text)],
];

test.each(read)("a body in '%s' is read (RFC 9110, 8.4.1)", async (coding, body) => {
  const { send, calls } = createTestTranscoder();
  expect(await send(post, { body, header: { "content-encoding": coding } })).toMatchObject({ status: 200 });
  expect(calls).toMatchObject([{ request: JSON.parse(text) }]);
});

test("gzip of several members is one body (RFC 1952, 2.2)", async () => {
  const { send, calls } = createTestTranscoder();
  const body = Buffer.concat([gzipSync('{"int32Value":'), gzipSync("7}")]);
  expect(await send(post, { body, header: { "content-encoding": "gzip" } })).toMatchObject({ status: 200 });
  expect(calls).toMatchObject([{ request: { int32Value: 7 } }]);
});

const unread: readonly [clause: string, coding: string, body: Uint8Array, status: number, reason: string][] = [
  ["a coding that is not known", "zstd", Buffer.from(text), 415, "UNSUPPORTED_MEDIA_TYPE"],
  ["two codings", "gzip, br", brotliCompressSync(gzipSync(text)), 415, "UNSUPPORTED_MEDIA_TYPE"],
  ["gzip that is none", "gzip", Buffer.from(text), 400, "BODY_ENCODING_INVALID"],
  ["br that is none", "br", Buffer.from(text), 400, "BODY_ENCODING_INVALID"],
  ["gzip cut short", "gzip", gzipSync(text).subarray(0, -3), 400, "BODY_ENCODING_INVALID"],
  ["br cut short", "br", brotliCompressSync(text).subarray(0, -3), 400, "BODY_ENCODING_INVALID"],
  ["gzip with garbage behind", "gzip", withTail(gzipSync(text), "x"), 400, "BODY_ENCODING_INVALID"],
  ["gzip with zeros behind", "gzip", withTail(gzipSync(text), "\0\0"), 400, "BODY_ENCODING_INVALID"],
  ["br with garbage behind", "br", withTail(brotliCompressSync(text), "x"), 400, "BODY_ENCODING_INVALID"],
  ["gzip with a wrong checksum", "gzip", withFlippedBit(gzipSync(text)), 400, "BODY_ENCODING_INVALID"],
  ["a gzip bomb", "gzip", gzipSync(Buffer.alloc(5_000_000)), 413, "BODY_TOO_LARGE"],
  ["a br bomb", "br", brotliCompressSync(Buffer.alloc(5_000_000)), 413, "BODY_TOO_LARGE"],
  ["what is too large as sent", "gzip", withTail(gzipSync(text), "x".repeat(3_000)), 413, "BODY_TOO_LARGE"],
];

test.each(unread)("%s is refused", async (_clause, coding, body, status, reason) => {
  const { send, calls } = createTestTranscoder({ limits: { maxBodyBytes: 2_000 } });
  // A bomb is small as it comes.
  const answer = await send(post, { body: body.subarray(0, 6_000), header: { "content-encoding": coding } });
  expect(answer).toMatchObject({ status, reason });
  expect(answer.header.get("accept-encoding")).toBe(status === 415 ? "gzip, br" : null);
  expect(calls).toEqual([]);
});

const words = "words ".repeat(200);
const long = { displayName: words };
const short = { displayName: "a" };
type Decompress = (bytes: Uint8Array) => Uint8Array;
const plain: Decompress = (bytes) => bytes;

const written: readonly [accept: string | undefined, book: JsonValue, coding: string | null, decompress: Decompress][] =
  [
    [undefined, long, null, plain],
    ["", long, null, plain],
    ["identity", long, null, plain],
    ["deflate, zstd", long, null, plain],
    ["gzip", long, "gzip", gunzipSync],
    ["br", long, "br", brotliDecompressSync],
    ["gzip, br", long, "br", brotliDecompressSync],
    ["GZIP;Q=0.5", long, "gzip", gunzipSync],
    ["gzip;q=0.9, br;q=0.1", long, "gzip", gunzipSync],
    ["gzip;q=0, br;q=0", long, null, plain],
    ["*", long, "br", brotliDecompressSync],
    ["*, br;q=0", long, "gzip", gunzipSync],
    ["*;q=0", long, null, plain],
    ["gzip;q=0.5, identity", long, null, plain],
    ["gzip, identity;q=0.5", long, "gzip", gunzipSync],
    ["gzip, identity;q=0", long, "gzip", gunzipSync],
    ["gzip", short, null, plain],
    ["gzip, identity;q=0", short, "gzip", gunzipSync],
    ["gzip, *;q=0", short, "gzip", gunzipSync],
    ["identity;q=0", short, null, plain],
  ];

test.each(written)(
  "Accept-Encoding: %s, for %o, is answered in %s (RFC 9110, 12.5.3)",
  async (accept, book, coding, decompress) => {
    const { transcoder } = createTestTranscoder({ call: replying(book), responseHeaders: ["etag"] });
    const header = new Headers(accept === undefined ? {} : { "accept-encoding": accept });
    const { signal } = new AbortController();
    const get = await transcoder.handle({ method: "GET", url: "/v1/books/9", header, signal });
    const body = await bytesOf(get);
    expect(get.header.get("content-encoding")).toBe(coding);
    expect(get.header.get("content-length")).toBe(String(body.length));
    expect(get.header.get("etag")).toBe('"v1"');
    if (book === long) expect(get.header.get("vary")).toBe("Accept-Encoding");
    expect(JSON.parse(Buffer.from(decompress(body)).toString())).toMatchObject({ displayName: expect.any(String) });

    const head = await transcoder.handle({ method: "HEAD", url: "/v1/books/9", header, signal });
    expect(head.body).toBeUndefined();
    expect([...head.header]).toEqual([...get.header]);
  },
);

test.each(["application/x-ndjson", "text/event-stream"])("each message of %s is flushed by itself", async (accept) => {
  const { signal } = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const { transcoder } = createTestTranscoder({
    call: {
      async *serverStream() {
        yield bookOf({ name: "first" });
        await waiting.promise;
        yield bookOf({ name: "second" });
      },
    },
  });
  const header = new Headers({ accept, "accept-encoding": "gzip" });
  const reply = await transcoder.handle({ method: "GET", url: "/v1/shelves/7:watch", header, signal });
  expect(reply.header.get("content-encoding")).toBe("gzip");
  expect(reply.header.get("vary")).toBe("Accept-Encoding");
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  let seen = "";
  gunzip.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
  });
  const feeding = (async () => {
    for await (const piece of iterableOf(reply)) gunzip.write(piece);
    gunzip.end();
  })();
  await expect.poll(() => seen).toContain('"first"');
  expect(seen).not.toContain('"second"');
  waiting.resolve();
  await feeding;
  await expect.poll(() => seen).toContain('"second"');
});

const stops: readonly [clause: string, method: string, starts: boolean][] = [
  ["HEAD", "HEAD", false],
  ["a client that leaves before it begins", "GET", false],
  ["a client that leaves later", "GET", true],
];

test.each(stops)("%s stops the call of a compressed stream", async (_clause, method, starts) => {
  let stopped: AbortSignal | undefined;
  const { transcoder } = createTestTranscoder({
    call: {
      async *serverStream(_method, _message, info) {
        stopped = info.signal;
        for (;;) yield bookOf({ name: "a" });
      },
    },
  });
  const header = new Headers({ "accept-encoding": "br" });
  const { signal } = new AbortController();
  const reply = await transcoder.handle({ method, url: "/v1/shelves/7:watch", header, signal });
  expect(reply.header.get("content-encoding")).toBe("br");
  if (method === "GET") {
    const iterator = iterableOf(reply)[Symbol.asyncIterator]();
    if (starts) await iterator.next();
    await iterator.return?.();
    expect(await iterator.next()).toMatchObject({ done: true });
  }
  expect(stopped?.aborted).toBe(true);
});

function bookOf(json: JsonValue): Message {
  return fromJson(shelfMessage("Book"), json);
}

function replying(book: JsonValue) {
  const header = new Headers({ etag: '"v1"' });
  return { unary: async () => ({ message: bookOf(book), header, trailer: new Headers() }) };
}

function withTail(bytes: Buffer, tail: string): Buffer {
  return Buffer.concat([bytes, Buffer.from(tail)]);
}

function withFlippedBit(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 6] = (flipped[flipped.length - 6] ?? 0) ^ 1;
  return flipped;
}

function iterableOf({ body }: RestResponse): AsyncIterable<Uint8Array> {
  if (body === undefined || body instanceof Uint8Array) throw new Error("expected a stream");
  return body;
}

async function bytesOf({ body }: RestResponse): Promise<Buffer> {
  if (!(body instanceof Uint8Array)) throw new Error("expected bytes");
  return Buffer.from(body);
}
