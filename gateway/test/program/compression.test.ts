/** Compressed bodies, in and out, and those made to burst. */
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { send } from "./client.ts";
import { onStage } from "./stage.ts";

const stage = onStage();
const text = JSON.stringify({ text: "words ".repeat(500) });
const encoded = (encoding: string) => ({ "content-encoding": encoding });
const accepts = (encoding: string) => ({ "accept-encoding": encoding });

describe("compressed requests", () => {
  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["GZIP", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["identity", Buffer.from(text)],
  ])("%s is read", async (encoding, body) => {
    const answer = await send(stage.edge.url, "POST /v1/lab", { body, header: encoded(encoding) });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toHaveProperty("text", "words ".repeat(500));
  });

  test.each([
    ["an encoding nobody knows", "snappy", Buffer.from(text), 415],
    ["two of them", "gzip, br", brotliCompressSync(gzipSync(text)), 415],
    ["gzip that is none", "gzip", Buffer.from(text), 400],
    ["half a gzip", "gzip", gzipSync(text).subarray(0, 40), 400],
    ["half a brotli", "br", brotliCompressSync(text).subarray(0, 20), 400],
  ])("%s is refused", async (_clause, encoding, body, status) => {
    const answer = await send(stage.edge.url, "POST /v1/lab", { body, header: encoded(encoding) });
    expect(answer.status, answer.text).toBe(status);
    if (status === 415) expect(answer.header["accept-encoding"]).toContain("gzip"); // RFC 9110, 15.5.16
  });

  test.each([
    ["gzip", gzipSync(Buffer.alloc(200_000_000))],
    ["br", brotliCompressSync(Buffer.alloc(50_000_000))],
  ])("a bomb in %s is 413, soon", async (encoding, body) => {
    const began = performance.now();
    const answer = await send(stage.edge.url, "POST /v1/lab", { body, header: encoded(encoding) });
    expect(answer).toMatchObject({ status: 413, reason: "BODY_TOO_LARGE" });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test("a file keeps what it is: HttpBody is decompressed once", async () => {
    const answer = await send(stage.edge.url, "POST /v1/files/a", {
      body: gzipSync("a,b"),
      header: { ...encoded("gzip"), "content-type": "text/csv" },
    });
    expect(answer.seen?.requests[0]).toEqual({
      name: "files/a",
      file: { contentType: "text/csv", data: Buffer.from("a,b").toString("base64") },
    });
  });
});

describe("compressed answers", () => {
  const long = { plan: { size: 5_000 } };
  const want = JSON.stringify({ port: "", word: "x".repeat(5_000) });

  test.each([
    ["gzip", "gzip", gunzipSync],
    ["br", "br", brotliDecompressSync],
    ["gzip, deflate, br", "br", brotliDecompressSync],
    ["br;q=0.1, gzip", "gzip", gunzipSync],
    ["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
    ["GZIP", "gzip", gunzipSync],
  ])("for %s it is %s", async (accept, encoding, decompress) => {
    const answer = await send(stage.edge.url, "GET /v1/ports/7", { ...long, header: accepts(accept) });
    expect(answer.header).toMatchObject({
      "content-encoding": encoding,
      vary: expect.stringMatching(/accept-encoding/i),
    });
    expect(answer.header["content-length"]).toBe(String(answer.body.length));
    expect(decompress(answer.body).toString()).toBe(want);
  });

  test.each(["identity", "deflate", "gzip;q=0", "", "*;q=0, identity"])("for '%s' there is none", async (accept) => {
    const answer = await send(stage.edge.url, "GET /v1/ports/7", { ...long, header: accepts(accept) });
    expect(answer.header["content-encoding"]).toBeUndefined();
    expect(answer.text).toBe(want);
  });

  test("a small one is not worth it", async () => {
    const answer = await send(stage.edge.url, "GET /v1/ports/7", { header: accepts("gzip") });
    expect(answer.header["content-encoding"]).toBeUndefined();
  });

  test("a stream flushes after each message", async () => {
    const answer = await send(stage.edge.url, "GET /v1/stations/7:watch", {
      header: accepts("gzip"),
      plan: { count: 300 },
    });
    const body = answer.header["content-encoding"] === "gzip" ? gunzipSync(answer.body) : answer.body;
    expect(body.toString().split("\n")).toHaveLength(301);
  });

  test("a request in deflate is unknown too", async () => {
    const answer = await send(stage.edge.url, "POST /v1/lab", { body: deflateSync(text), header: encoded("deflate") });
    expect(answer.status).toBe(415);
  });
});
