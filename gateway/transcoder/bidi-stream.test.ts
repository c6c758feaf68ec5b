import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { createTestTranscoder, readAnswer, type TestTranscoder } from "./testdata/client.ts";

const lines = { "content-type": "application/x-ndjson" };

test("each message is answered while the request goes on", async () => {
  const request = new Pushed();
  const { iterator } = await openEcho(createTestTranscoder(), request, '{"int32Value":1}\n');
  expect(await next(iterator)).toContain('"int32Value":1,');
  request.push('{"int32Va');
  request.push('lue":2}\n');
  expect(await next(iterator)).toContain('"int32Value":2,');
  request.end();
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test("a bad line after an answer is the last record", async () => {
  const request = new Pushed();
  const { iterator } = await openEcho(createTestTranscoder(), request, "{}\n");
  await next(iterator);
  request.push('{"nope":1}\n');
  const { error } = JSON.parse(await next(iterator));
  expect(error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
  expect(JSON.stringify(error.details)).toContain('"field":"[1].nope"');
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test("a bad line before any answer has its own status", async () => {
  const { send } = createTestTranscoder();
  expect(await send("POST /v1/echo", { body: "{}x\n", header: lines })).toMatchObject({ status: 200 });
  expect(await send("POST /v1/echo", { body: "x\n", header: lines })).toMatchObject({ status: 400, fields: ["[0]"] });
});

test("events where the client prefers them", async () => {
  const { send } = createTestTranscoder();
  const answer = await send("POST /v1/echo", { body: "{}\n{}\n", header: { ...lines, accept: "text/event-stream" } });
  expect(answer.text.match(/^data: \{/gm)).toHaveLength(2);
});

test("trailers are complete after the body", async () => {
  const { transcoder } = createTestTranscoder({
    responseHeaders: ["x-count"],
    call: {
      async *bidiStream(method, _messages, info) {
        yield create(method.output);
        info.onTrailer(new Headers({ "x-count": "1", "x-other": "2" }));
      },
    },
  });
  const { signal } = new AbortController();
  const response = await transcoder.handle({ method: "POST", url: "/v1/echo", header: new Headers(), signal });
  expect((await readAnswer(response)).status).toBe(200);
  expect([...(response.trailer ?? [])]).toEqual([["x-count", "1"]]);
});

test("a client that stops reading ends the call", async () => {
  let signal: AbortSignal | undefined;
  const test = createTestTranscoder({
    call: {
      async *bidiStream(_method, messages, info) {
        signal = info.signal;
        yield* messages;
      },
    },
  });
  const { iterator } = await openEcho(test, new Pushed(), "{}\n");
  await iterator.return?.();
  expect(signal?.aborted).toBe(true);
});

/** A body whose pieces come when the test says so. */
class Pushed implements AsyncIterable<Uint8Array> {
  readonly #waiting: (Buffer | undefined)[] = [];
  #wake = () => {};

  push(text: string): void {
    this.#waiting.push(Buffer.from(text));
    this.#wake();
  }

  end(): void {
    this.#waiting.push(undefined);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.#waiting.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const piece = this.#waiting.shift();
      if (piece === undefined) return;
      yield piece;
    }
  }
}

async function openEcho(
  { transcoder }: TestTranscoder,
  body: Pushed,
  first: string,
): Promise<{ iterator: AsyncIterator<Uint8Array> }> {
  body.push(first);
  const header = new Headers(lines);
  const { signal } = new AbortController();
  const response = await transcoder.handle({ method: "POST", url: "/v1/echo", header, signal, body });
  expect(response.status).toBe(200);
  if (response.body === undefined || response.body instanceof Uint8Array) throw new Error("expected a stream");
  return { iterator: response.body[Symbol.asyncIterator]() };
}

async function next(iterator: AsyncIterator<Uint8Array>): Promise<string> {
  const { value } = await iterator.next();
  return Buffer.from(value ?? []).toString();
}
