/** Streams both ways, trailers and answers that break off, over the real servers of Node. */
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { connect, createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, expect, test } from "vitest";
import { createNodeHandler } from "./node-handler.ts";
import type { TranscoderCall } from "./options.ts";
import { createTestTranscoder } from "./testdata/client.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server | Http2Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return `http://127.0.0.1:${address.port}`;
}

function handlerOf(call: Partial<TranscoderCall> = {}, errors: unknown[] = []) {
  const { transcoder, calls } = createTestTranscoder({ call, responseHeaders: ["x-count"] });
  return { handler: createNodeHandler(transcoder, (error) => errors.push(error)), calls };
}

/** The next piece that says something. */
async function piece(from: AsyncIterator<unknown>): Promise<string> {
  const { done, value } = await from.next();
  return done === true ? "end" : String(value);
}

test("HTTP/1.1: answers go out while the request comes in", async () => {
  const origin = await listen(createServer(handlerOf().handler));
  const request = httpRequest(`${origin}/v1/echo`, { method: "POST" });
  request.write('{"int32Value":1}\n');
  const [response]: IncomingMessage[] = await once(request, "response");
  if (response === undefined) throw new Error("expected a response");
  const pieces = response[Symbol.asyncIterator]();
  expect(await piece(pieces)).toContain('"int32Value":1,');
  request.write('{"int32Value":2}\n');
  expect(await piece(pieces)).toContain('"int32Value":2,');
  request.end();
  expect(await piece(pieces)).toBe("end");
});

test("HTTP/2: answers go out while the request comes in", async () => {
  const session = connect(await listen(createHttp2Server(handlerOf().handler)));
  closers.push(() => session.destroy());
  const stream = session.request({ ":method": "POST", ":path": "/v1/echo" });
  stream.write('{"int32Value":1}\n');
  const [header]: Record<string, unknown>[] = await once(stream, "response");
  expect(header?.[":status"]).toBe(200);
  const pieces = stream[Symbol.asyncIterator]();
  expect(await piece(pieces)).toContain('"int32Value":1,');
  stream.write('{"int32Value":2}\n');
  expect(await piece(pieces)).toContain('"int32Value":2,');
  stream.end();
  expect(await piece(pieces)).toBe("end");
});

test("HTTP/1.1: a request stream is read no faster than the call takes it", async () => {
  let taken = 0;
  const { handler } = handlerOf({
    async *bidiStream(method, messages) {
      for await (const _message of messages) {
        yield create(method.output);
        if (++taken === 3) return;
      }
    },
  });
  const origin = await listen(createServer(handler));
  const request = httpRequest(`${origin}/v1/echo`, { method: "POST" });
  request.on("error", () => {}); // the rest of the body meets a closed connection
  const line = `{"stringValue":"${"x".repeat(100_000)}"}\n`;
  let written = 0;
  const write = () => {
    while (written < 1000 && request.write(line)) written++;
  };
  request.on("drain", write);
  write();
  const [response]: IncomingMessage[] = await once(request, "response");
  response?.resume();
  if (response) await once(response, "end");
  expect(taken).toBe(3);
  expect(written).toBeLessThan(1000);
  request.destroy();
});

const counted: TranscoderCall["bidiStream"] = async function* (method, messages, info) {
  let count = 0;
  for await (const _message of messages) {
    count++;
    yield create(method.output);
  }
  info.onTrailer(new Headers({ "x-count": String(count) }));
};

test("HTTP/1.1: trailers of the call follow the body", async () => {
  const origin = await listen(createServer(handlerOf({ bidiStream: counted }).handler));
  const request = httpRequest(`${origin}/v1/echo`, { method: "POST" }).end("{}{}");
  const [response]: IncomingMessage[] = await once(request, "response");
  response?.resume();
  if (response) await once(response, "end");
  expect(response?.trailers).toEqual({ "x-count": "2" });
});

test("HTTP/2: trailers of the call follow the body", async () => {
  const session = connect(await listen(createHttp2Server(handlerOf({ bidiStream: counted }).handler)));
  closers.push(() => session.destroy());
  const stream = session.request({ ":method": "POST", ":path": "/v1/echo" }).end("{}{}");
  stream.resume();
  const [trailers] = await once(stream, "trailers");
  expect(trailers).toMatchObject({ "x-count": "2" });
});

const breaking: Partial<TranscoderCall> = {
  async *serverStream(method): AsyncGenerator<Message> {
    yield create(method.output, { data: Buffer.from("abc") } as Record<string, unknown>);
    // After the first piece is on its way.
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new ConnectError("gone", Code.Unavailable);
  },
};

test("HTTP/1.1: raw bytes whose call fails are cut off, not ended", async () => {
  const errors: unknown[] = [];
  const origin = await listen(createServer(handlerOf(breaking, errors).handler));
  const response = await fetch(`${origin}/v1/shelves/7/books/9:download`);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(errors).toMatchObject([{ rawMessage: "gone" }]);
});

test("HTTP/2: raw bytes whose call fails end with a reset", async () => {
  const session = connect(await listen(createHttp2Server(handlerOf(breaking).handler)));
  closers.push(() => session.destroy());
  const stream = session.request({ ":path": "/v1/shelves/7/books/9:download" });
  stream.resume();
  await expect(once(stream, "close")).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
});
