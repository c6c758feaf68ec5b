import { fromJson, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import type { CallInfo, TranscoderOptions } from "./options.ts";
import type { RestResponse } from "./rest-message.ts";
import { createTestTranscoder } from "./testdata/client.ts";
import { shelfMessage } from "./testdata/load.ts";

const watch = "GET /v1/shelves/7:watch";
const sse = { accept: "text/event-stream" };

const book = (name: string): Message => fromJson(shelfMessage("Book"), { name });
const json = (name: string): string => `{"name":"${name}","displayName":"","priceMinor":"0","others":[],"labels":{}}`;

function streaming(
  messages: (info: CallInfo) => AsyncIterable<Message>,
  options: Partial<Omit<TranscoderOptions, "call">> = {},
) {
  return createTestTranscoder({ ...options, call: { serverStream: (_method, _message, info) => messages(info) } });
}

async function* books(...names: string[]): AsyncGenerator<Message> {
  for (const name of names) yield book(name);
}

/** Never yields; ends with an error when the call is aborted. */
async function* silence(info: CallInfo): AsyncGenerator<Message> {
  await new Promise((_resolve, reject) => info.signal.addEventListener("abort", () => reject(info.signal.reason)));
}

test("NDJSON is the default: a result per line", async () => {
  const answer = await streaming(() => books("a", "b")).send(watch);
  expect(answer.status).toBe(200);
  expect(answer.header.get("content-type")).toBe("application/x-ndjson");
  expect(answer.text).toBe(`{"result":${json("a")}}\n{"result":${json("b")}}\n`);
});

test("server-sent events where the client prefers them", async () => {
  const header = { accept: "application/x-ndjson;q=0.5, text/event-stream" };
  const answer = await streaming(() => books("a", "b")).send(watch, { header });
  expect(answer.header.get("content-type")).toBe("text/event-stream");
  expect(answer.header.get("cache-control")).toBe("no-cache");
  expect(answer.text).toBe(`data: ${json("a")}\n\ndata: ${json("b")}\n\n`);
});

test("a hook gives events their id and name", async () => {
  const { send } = streaming(() => books("a"), { sseEvent: (method) => ({ id: "7", event: method.name }) });
  expect((await send(watch, { header: sse })).text).toBe(`id: 7\nevent: Watch\ndata: ${json("a")}\n\n`);
});

test("a hook that would break the framing is a bug, not an event", async () => {
  const seen: unknown[] = [];
  const options = {
    sseEvent: () => ({ id: "7\ndata: forged" }),
    onInternalError: (error: unknown) => seen.push(error),
  };
  const answer = await streaming(() => books("a"), options).send(watch, { header: sse });
  expect(answer.text).toMatch(/^event: error\ndata: \{"error":\{"code":500/);
  expect(seen).toHaveLength(1);
});

test("a client that takes neither gets 406", async () => {
  const { send, calls } = streaming(() => books("a"));
  expect(await send(watch, { header: { accept: "application/json" } })).toMatchObject({ status: 406 });
  expect(calls).toEqual([]);
});

test("an error before the first message has its own status", async () => {
  const { send } = streaming(async function* () {
    yield* books();
    throw new ConnectError("who", Code.PermissionDenied);
  });
  expect(await send(watch, { header: sse })).toMatchObject({ status: 403, json: { error: { message: "who" } } });
});

const failures: readonly [accept: string, end: string][] = [
  ["application/x-ndjson", '{"error":{"code":503,"status":"UNAVAILABLE","message":"gone","details":[]}}\n'],
  [
    "text/event-stream",
    'event: error\ndata: {"error":{"code":503,"status":"UNAVAILABLE","message":"gone","details":[]}}\n\n',
  ],
];

test.each(failures)("an error after the first message is the last record of %s", async (accept, end) => {
  const { send } = streaming(async function* () {
    yield book("a");
    throw new ConnectError("gone", Code.Unavailable);
  });
  const answer = await send(watch, { header: { accept } });
  expect(answer.status).toBe(200);
  expect(answer.text.endsWith(end)).toBe(true);
});

test("a bug in a stream shows nothing of itself", async () => {
  const { send } = streaming(async function* () {
    yield book("a");
    throw new TypeError("secret");
  });
  expect((await send(watch)).text).toMatch(/"message":"internal error","details":\[\]\}\}\n$/);
});

test("a stream that is silent at its start is opened, and kept open by comments", async () => {
  const limits = { firstMessageWaitMs: 1, heartbeatMs: 1 };
  const abort = new AbortController();
  const { iterator } = await open(streaming(silence, { limits }), sse, abort);
  expect(await text(iterator)).toBe(":\n\n");
  expect(await text(iterator)).toBe(":\n\n");
  await iterator.return?.();
});

test("headers of the call count until the stream opens", async () => {
  const { send } = streaming(
    (info) => {
      info.onHeader(new Headers({ etag: "e1", "x-other": "o" }));
      return books("a");
    },
    { responseHeaders: ["etag"] },
  );
  const answer = await send(watch);
  expect(answer.header.get("etag")).toBe("e1");
  expect(answer.header.has("x-other")).toBe(false);
});

test("the call goes no further than the sink has asked for", async () => {
  let made = 0;
  const { iterator } = await open(
    streaming(async function* () {
      for (;;) yield book(String(++made));
    }),
  );
  expect(made).toBe(1); // the first message decides the status
  await text(iterator);
  expect(made).toBe(1);
  await text(iterator);
  expect(made).toBe(2);
  await iterator.return?.();
});

test("a client that leaves aborts the call and ends the body", async () => {
  const abort = new AbortController();
  let signal: AbortSignal | undefined;
  const watched = streaming(
    (info) => {
      signal = info.signal;
      return silence(info);
    },
    { limits: { firstMessageWaitMs: 1 } },
  );
  const { iterator } = await open(watched, sse, abort);
  const next = iterator.next();
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(signal?.aborted).toBe(true);
});

test("a sink that stops aborts the call and closes its iterator", async () => {
  let closed = false;
  let signal: AbortSignal | undefined;
  const { iterator } = await open(
    streaming(async function* (info) {
      signal = info.signal;
      try {
        for (;;) yield book("a");
      } finally {
        closed = true;
      }
    }),
  );
  await iterator.return?.();
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  await expect.poll(() => closed).toBe(true);
  expect(signal?.aborted).toBe(true);
});

test("HEAD of a stream has its headers and stops the call", async () => {
  let signal: AbortSignal | undefined;
  const { send } = streaming((info) => {
    signal = info.signal;
    return books("a");
  });
  const answer = await send("HEAD /v1/shelves/7:watch", { header: sse });
  expect(answer).toMatchObject({ status: 200, text: "" });
  expect(answer.header.get("content-type")).toBe("text/event-stream");
  expect(signal?.aborted).toBe(true);
});

async function open(
  { transcoder }: ReturnType<typeof createTestTranscoder>,
  header: Record<string, string> = {},
  abort = new AbortController(),
): Promise<{ response: RestResponse; iterator: AsyncIterator<Uint8Array> }> {
  const url = "/v1/shelves/7:watch";
  const response = await transcoder.handle({ method: "GET", url, header: new Headers(header), signal: abort.signal });
  if (response.body === undefined || response.body instanceof Uint8Array) throw new Error("expected a stream");
  return { response, iterator: response.body[Symbol.asyncIterator]() };
}

async function text(iterator: AsyncIterator<Uint8Array>): Promise<string> {
  const { value } = await iterator.next();
  return Buffer.from(value ?? []).toString();
}
