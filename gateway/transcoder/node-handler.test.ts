import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer as createHttp2Server,
  type Http2Server,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { fromJson, type Message } from "@bufbuild/protobuf";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterEach, expect, test } from "vitest";
import { createNodeHandler } from "./node-handler.ts";
import type { CallInfo, TranscoderOptions } from "./options.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfMessage } from "./testdata/load.ts";

const closers: (() => void)[] = [];
const errors: unknown[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
  expect(errors.splice(0)).toEqual([]);
});

const book = (name: string): Message => fromJson(shelfMessage("Book"), { name });

async function listen(server: Server | Http2Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return `http://127.0.0.1:${address.port}`;
}

type Options = Partial<Omit<TranscoderOptions, "call">>;
type Stream = (info: CallInfo) => AsyncIterable<Message>;

function handlerOf(stream: Stream = silence, options: Options = {}) {
  const call = { serverStream: (_method: unknown, _message: unknown, info: CallInfo) => stream(info) };
  const { transcoder, calls } = createTestTranscoder({ ...options, call });
  return { handler: createNodeHandler(transcoder, (error) => errors.push(error)), calls };
}

async function* silence(info: CallInfo): AsyncGenerator<Message> {
  await new Promise((_resolve, reject) => info.signal.addEventListener("abort", () => reject(info.signal.reason)));
}

test("HTTP/1.1: a unary call with a body, and the target as it was sent", async () => {
  const { handler, calls } = handlerOf();
  const origin = await listen(createServer(handler));
  const url = `${origin}/v1/shelves/a%2Fb/books?validateOnly=true`;
  const response = await fetch(url, {
    method: "POST",
    body: '{"displayName":"é"}',
    headers: { "content-type": "application/json" },
  });
  expect(response.status).toBe(200);
  expect(calls[0]?.request).toEqual({ parent: "shelves/a%2Fb", validateOnly: true, book: { displayName: "é" } });
});

test("HTTP/1.1: HEAD has no body and keeps the connection", async () => {
  const origin = await listen(createServer(handlerOf().handler));
  const response = await fetch(`${origin}/v1/books/9`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
  expect(await response.text()).toBe("");
});

test("HTTP/1.1: a refusal without a body keeps the connection", async () => {
  const origin = await listen(createServer(handlerOf().handler));
  const response = await fetch(`${origin}/v2/nothing`);
  expect(response.status).toBe(404);
  expect(response.headers.get("connection")).toBe("keep-alive");
  await response.text();
});

test("HTTP/1.1: a target in absolute form is served (RFC 9112, 3.2.2)", async () => {
  const { handler, calls } = handlerOf();
  const { port } = new URL(await listen(createServer(handler)));
  const request = httpRequest({ port, host: "127.0.0.1", path: `http://127.0.0.1:${port}/v1/books/9` }).end();
  const [response]: IncomingMessage[] = await once(request, "response");
  expect(response?.resume().statusCode).toBe(200);
  expect(calls[0]?.request).toEqual({ name: "9" });
});

test("it is the fallback of a Connect adapter", async () => {
  const { handler, calls } = handlerOf();
  const adapter = connectNodeAdapter({ routes: () => {}, fallback: handler });
  const response = await fetch(`${await listen(createServer(adapter))}/v1/books/9`);
  expect(response.status).toBe(200);
  await response.text();
  expect(calls[0]?.request).toEqual({ name: "9" });
});

test("HTTP/1.1: the answer to a body over the limit can be read while it is sent", async () => {
  const origin = await listen(createServer(handlerOf(silence, { limits: { maxBodyBytes: 10 } }).handler));
  const request = httpRequest(`${origin}/v1/everything`, { method: "POST" });
  request.on("error", () => {}); // the rest of the body meets a closed connection
  request.write("x".repeat(100));
  const [response]: IncomingMessage[] = await once(request, "response");
  expect(response?.statusCode).toBe(413);
  expect(response?.headers.connection).toBe("close");
  request.destroy();
});

test("HTTP/1.1: a client that leaves aborts the call of its stream", async () => {
  let signal: AbortSignal | undefined;
  const { handler } = handlerOf((info) => {
    signal = info.signal;
    return silence(info);
  });
  const origin = await listen(createServer(handler));
  const abort = new AbortController();
  const response = await fetch(`${origin}/v1/shelves/7:watch`, { signal: abort.signal });
  expect(response.status).toBe(200);
  abort.abort();
  await expect.poll(() => signal?.aborted).toBe(true);
});

test("HTTP/1.1: a client that leaves before the answer aborts the call", async () => {
  let signal: AbortSignal | undefined;
  const { handler } = handlerOf(
    (info) => {
      signal = info.signal;
      return silence(info);
    },
    { limits: { firstMessageWaitMs: 60_000 } },
  );
  const origin = await listen(createServer(handler));
  const request = httpRequest(`${origin}/v1/shelves/7:watch`).end();
  request.on("error", () => {});
  await expect.poll(() => signal).toBeDefined();
  request.destroy();
  await expect.poll(() => signal?.aborted).toBe(true);
});

test("HTTP/1.1: a stream waits for a client that does not read", async () => {
  let made = 0;
  const name = "n".repeat(100_000);
  const { handler } = handlerOf(async function* () {
    while (made < 2000) {
      made++;
      yield book(name);
    }
  });
  const origin = await listen(createServer(handler));
  const request = httpRequest(`${origin}/v1/shelves/7:watch`).end();
  const [response]: IncomingMessage[] = await once(request, "response");
  const seen: number[] = [];
  await expect
    .poll(() => seen.push(made) > 1 && seen.at(-1) === seen.at(-2), { interval: 200, timeout: 10_000 })
    .toBe(true);
  expect(made).toBeLessThan(2000);
  let bytes = 0;
  response?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  if (response) await once(response, "end");
  expect(made).toBe(2000);
  expect(bytes).toBeGreaterThan(2000 * name.length);
});

test("HTTP/2: unary, HEAD and a stream", async () => {
  const { handler, calls } = handlerOf(async function* () {
    yield book("a");
    yield book("b");
  });
  const session = connectTo(await listen(createHttp2Server(handler)));
  expect(
    await send(session, { ":method": "POST", ":path": "/v1/everything" }, '{"int64Value":9007199254740993}'),
  ).toMatchObject({ status: 200 });
  expect(calls[0]?.request).toEqual({ int64Value: "9007199254740993" });
  expect(await send(session, { ":method": "HEAD", ":path": "/v1/books/9" })).toMatchObject({ status: 200, text: "" });
  expect(await send(session, { ":path": "/v1/books/9?nope=1" })).toMatchObject({ status: 400 });
  const streamed = await send(session, { ":path": "/v1/shelves/7:watch", accept: "text/event-stream" });
  expect(streamed.text.match(/^data: /gm)).toHaveLength(2);
});

test("HTTP/2: the answer to a body over the limit can be read while it is sent", async () => {
  const { handler } = handlerOf(silence, { limits: { maxBodyBytes: 10 } });
  const session = connectTo(await listen(createHttp2Server(handler)));
  const stream = session.request({ ":method": "POST", ":path": "/v1/everything" });
  stream.write("x".repeat(100));
  const [response]: Record<string, unknown>[] = await once(stream, "response");
  expect(response?.[":status"]).toBe(413);
  stream.close();
  expect(await send(session, { ":path": "/v1/books/9" })).toMatchObject({ status: 200 });
});

test.each([
  ["NO_ERROR", constants.NGHTTP2_NO_ERROR],
  ["CANCEL", constants.NGHTTP2_CANCEL],
])("HTTP/2: a stream reset with %s aborts the call", async (_name, code) => {
  let signal: AbortSignal | undefined;
  const { handler } = handlerOf((info) => {
    signal = info.signal;
    return silence(info);
  });
  const stream = connectTo(await listen(createHttp2Server(handler))).request({ ":path": "/v1/shelves/7:watch" });
  await once(stream, "response");
  stream.close(code);
  await expect.poll(() => signal?.aborted).toBe(true);
});

function connectTo(origin: string): ClientHttp2Session {
  const session = connect(origin);
  closers.push(() => session.destroy());
  return session;
}

async function send(
  session: ClientHttp2Session,
  header: Record<string, string>,
  body?: string,
): Promise<{ status: unknown; text: string }> {
  const stream = session.request(header, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [response]: Record<string, unknown>[] = await once(stream, "response");
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return { status: response?.[":status"], text };
}
