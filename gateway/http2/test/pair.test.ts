/** A client of ours and a server of ours, over sockets and over pairs of streams in memory. */
import { duplexPair } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PREFACE } from "../codes.ts";
import {
  type ClientOptions,
  connectHttp2,
  ErrorCode,
  type HeaderField,
  type Http2Connection,
  type Http2Stream,
  type OnStream,
  type ServerOptions,
  serveHttp2,
} from "../index.ts";
import { echo } from "./echo.ts";
import { exchange, indifferent, post } from "./exchange.ts";
import { frame, postBlock, settings, settingsAck } from "./raw-peer.ts";

interface Pair {
  readonly client: Http2Connection;
  readonly server: Http2Connection;
}

function pair(onStream: OnStream, serverOptions: ServerOptions = {}, clientOptions: ClientOptions = {}): Pair {
  const [near, far] = duplexPair();
  return { server: serveHttp2(far, serverOptions, onStream), client: connectHttp2(near, clientOptions) };
}

const body = Buffer.alloc(1_000_000, "0123456789");

describe("exchanges", () => {
  it("carry bodies and trailers both ways", async () => {
    const { client, server } = pair(echo);
    const trailers: HeaderField[] = [["x-sum", "7"]];
    const answer = await exchange(client, body, trailers);
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.trailers).toEqual(trailers);
    expect([client.streams, server.streams]).toEqual([0, 0]);
    client.close();
  });

  it("take turns when the window is scarce: none waits for another's end", async () => {
    const { client } = pair(echo, { limits: { connectionWindowBytes: 65_535, streamWindowBytes: 65_535 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(client, body.subarray(0, 300_000))));
    expect(answers.every((answer) => answer.body.length === 300_000)).toBe(true);
    client.close();
  });

  it("go on within windows made smaller than the protocol's own", async () => {
    const limits = { streamWindowBytes: 1_000 };
    const { client } = pair(echo, { limits }, { limits });
    expect((await exchange(client, body.subarray(0, 200_000))).body.length).toBe(200_000);
    expect((await exchange(client, body.subarray(0, 200_000))).body.length).toBe(200_000);
    client.close();
  });

  it("split header sections that are larger than a frame", async () => {
    const limits = { maxHeaderListBytes: 60_000 };
    const { client } = pair(echo, { limits }, { limits });
    const fields: HeaderField[] = Array.from({ length: 20 }, (_, index) => [`x-${index}`, "v".repeat(2_000)]);
    expect((await exchange(client, Buffer.from("a"), fields)).trailers).toEqual(fields);
    client.close();
  });

  it("may be over before the request is, by a reset without error", async () => {
    const { client } = pair((stream) => {
      stream.sendHeaders([[":status", "413"]], true);
      stream.reset(ErrorCode.NO_ERROR);
      return indifferent;
    });
    const heard: string[] = [];
    const stream = client.open(post, false, {
      ...indifferent,
      onHeaders: (headers) => heard.push(headers[0]?.[1] ?? ""),
      onReset: ({ code }) => heard.push(`reset ${code}`),
    });
    await expect.poll(() => heard).toEqual(["413", "reset 0"]);
    expect(stream?.sendData(body, true)).toBe(true);
    client.close();
  });

  it("tell a sender of much to wait, and when there is room again", async () => {
    const served: Http2Stream[] = [];
    let received = 0;
    const { client } = pair((stream) => {
      served.push(stream);
      return { ...indifferent, onData: (chunk) => (received += chunk.length) };
    });
    let drained = false;
    const stream = client.open(post, false, { ...indifferent, onDrain: () => (drained = true) });
    expect(stream?.sendData(body, false)).toBe(false);
    // The server's window is full, and nothing was consumed.
    await expect.poll(() => received).toBe(262_144);
    expect(drained).toBe(false);
    while (!drained) {
      served[0]?.consume(262_144);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.destroy();
  });
});

describe("the end of a connection", () => {
  it("lets what is under way finish, on both sides", async () => {
    const closed: Array<Error | undefined> = [];
    const note = { onClose: (error: Error | undefined) => void closed.push(error) };
    const { client, server } = pair(echo, note, note);
    let text = "";
    const stream = client.open(post, false, { ...indifferent, onData: (chunk) => (text += String(chunk)) });
    await client.ping();
    server.close();
    await expect.poll(() => client.isUsable).toBe(false);
    expect(client.open(post, true, indifferent)).toBeUndefined();
    stream?.sendData(Buffer.from("last words"), true);
    await expect.poll(() => closed).toEqual([undefined, undefined]);
    expect(text).toBe("last words");
  });

  it("says of requests that were never written that they are safe to send again", async () => {
    const { client } = pair(echo);
    await client.ping();
    const written = exchange(client, Buffer.from("a"), undefined);
    const failed = expect(written).rejects.toMatchObject({ reset: { unprocessed: true } });
    client.destroy();
    await failed;
  });

  it("rejects pings under way", async () => {
    const { client } = pair(echo);
    const answered = expect(client.ping()).rejects.toThrow("INTERNAL_ERROR");
    client.destroy(new Error("enough"));
    await answered;
    await expect(client.ping()).rejects.toThrow("closed");
  });
});

describe("defects of the owner", () => {
  const broken: OnStream = () => {
    throw new Error("a defect");
  };

  it("cost the stream alone when the owner hears of them", async () => {
    const errors: unknown[] = [];
    const { client, server } = pair(broken, { onError: (error) => void errors.push(error) });
    await expect(exchange(client)).rejects.toMatchObject({ reset: { code: ErrorCode.INTERNAL_ERROR } });
    expect(errors).toEqual([new Error("a defect")]);
    expect(server.streams).toBe(0);
    expect(await client.ping()).toBeGreaterThan(0);
    client.close();
  });

  it("cost the connection when nobody hears of them", async () => {
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    const { client } = pair(broken, { onClose: resolve });
    await expect(exchange(client)).rejects.toMatchObject({ reset: { code: ErrorCode.INTERNAL_ERROR } });
    expect(await promise).toEqual(new Error("a defect"));
  });

  it("are thrown where they are made: fields that may not be sent, an order that is none", async () => {
    const { client } = pair(echo);
    expect(() => client.open([...post, ["x-bad", "a\nb"]], true, indifferent)).toThrow(TypeError);
    expect(client.streams).toBe(0);
    const stream = client.open(post, false, indifferent);
    expect(() => stream?.sendHeaders([["x", "1"]], false)).toThrow("must end the stream");
    stream?.sendData(Buffer.from("a"), true);
    expect(() => stream?.sendData(Buffer.from("b"), true)).toThrow("is over");
    expect((await exchange(client, Buffer.from("fine"))).body.toString()).toBe("fine");
    client.close();
  });
});

describe("bytes", () => {
  const request = (id: number) => [frame(1, 4, id, postBlock), frame(0, 1, id, Buffer.alloc(20, "x"))];
  const conversation = Buffer.concat([PREFACE, settings, settingsAck, ...request(1), ...request(3), ...request(5)]);

  it("mean the same however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 8, maxLength: 60 }), async (cuts) => {
        const [near, far] = duplexPair();
        const bodies: string[] = [];
        const server = serveHttp2(far, {}, () => ({ ...indifferent, onData: (chunk) => bodies.push(String(chunk)) }));
        let at = 0;
        for (const cut of cuts) {
          near.write(conversation.subarray(at, at + cut));
          at += cut;
        }
        near.write(conversation.subarray(Math.min(at, conversation.length)));
        await expect.poll(() => bodies, { interval: 1 }).toEqual(Array.from({ length: 3 }, () => "x".repeat(20)));
        server.destroy();
      }),
      { numRuns: 40 },
    );
  });

  it("never break the engine, whatever they are", async () => {
    const anyFrame = fc
      .tuple(
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 9 }),
        fc.uint8Array({ maxLength: 40 }),
      )
      .map(([type, flags, id, payload]) => frame(type, flags, id, payload));
    const seed = fc.constantFrom(settings, settingsAck, ...request(1), ...request(3));
    const errors: unknown[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(seed, anyFrame, fc.uint8Array({ maxLength: 30 })), { maxLength: 40 }),
        async (parts) => {
          for (const isServer of [true, false]) {
            const [near, far] = duplexPair();
            near.on("data", () => undefined);
            near.on("error", () => undefined);
            const options = { limits: { lingerMs: 1 }, onError: (error: unknown) => void errors.push(error) };
            const side = isServer ? serveHttp2(far, options, echo) : connectHttp2(far, options);
            side.open(post, false, indifferent);
            near.write(Buffer.concat([isServer ? PREFACE : Buffer.alloc(0), settings, ...parts]));
            await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
            side.destroy();
            expect(side.streams).toBe(0);
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(errors).toEqual([]);
  });
});
