/** Both roles against Node's own HTTP/2. */
import { once } from "node:events";
import * as http2 from "node:http2";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { type ClientOptions, connectHttp2, ErrorCode, type HeaderField, type StreamReset } from "../index.ts";
import { echo } from "./echo.ts";
import { exchange, indifferent, post } from "./exchange.ts";
import { dial, listen, serve } from "./serve.ts";

const large = Buffer.alloc(5_000_000, "0123456789");

describe("a server of ours, to a client of Node's", () => {
  async function connected() {
    const server = await serve({}, echo);
    const client = http2.connect(`http://127.0.0.1:${server.port}`);
    const close = async () => {
      client.destroy();
      await server[Symbol.asyncDispose]();
    };
    return { server, client, [Symbol.asyncDispose]: close };
  }

  it("takes and gives a large body", async () => {
    await using peers = await connected();
    const request = peers.client.request({ ":method": "POST" });
    request.end(large);
    expect(large.equals(await buffer(request))).toBe(true);
  });

  it("answers many requests at a time", async () => {
    await using peers = await connected();
    const bodies = Array.from({ length: 200 }, (_, index) => `${index}`.repeat(500));
    const answers = bodies.map((body) => {
      const request = peers.client.request({ ":method": "POST" });
      request.end(body);
      return buffer(request).then(String);
    });
    expect(await Promise.all(answers)).toEqual(bodies);
    await expect.poll(() => peers.server.connections[0]?.streams).toBe(0);
  });

  it("holds body back while the client does not read", async () => {
    const sent: boolean[] = [];
    await using server = await serve({}, (stream) => {
      stream.sendHeaders([[":status", "200"]], false);
      sent.push(stream.sendData(large, true));
      return { ...indifferent, onDrain: () => sent.push(true) };
    });
    const client = http2.connect(`http://127.0.0.1:${server.port}`);
    const request = client.request({});
    await once(request, "response");
    expect(sent).toEqual([false]);
    expect((await buffer(request)).length).toBe(large.length);
    client.destroy();
  });

  it("takes and gives trailers", async () => {
    await using peers = await connected();
    const request = peers.client.request({ ":method": "POST" }, {
      waitForTrailers: true,
    } as http2.ClientSessionRequestOptions);
    request.on("wantTrailers", () => request.sendTrailers({ "x-sum": "7" }));
    request.end("body");
    const trailers = once(request, "trailers");
    await buffer(request);
    expect((await trailers)[0]).toMatchObject({ "x-sum": "7" });
  });

  it("hears of a reset", async () => {
    const { promise, resolve } = Promise.withResolvers<StreamReset>();
    await using server = await serve({}, () => ({ ...indifferent, onReset: resolve }));
    const client = http2.connect(`http://127.0.0.1:${server.port}`);
    const request = client.request({ ":method": "POST" });
    request.on("error", () => undefined);
    await once(client, "remoteSettings");
    request.close(ErrorCode.CANCEL);
    expect(await promise).toMatchObject({ code: ErrorCode.CANCEL, unprocessed: false });
    client.destroy();
  });

  it("closes in an orderly way: what is under way finishes, nothing new begins", async () => {
    await using peers = await connected();
    const request = peers.client.request({ ":method": "POST" });
    await once(request, "response");
    const goaway = once(peers.client, "goaway");
    peers.server.connections[0]?.close();
    await goaway;
    request.end("last words");
    expect(String(await buffer(request))).toBe("last words");
    await once(peers.client, "close");
  });

  it("answers headers that are too large with 431, and the next request as ever", async () => {
    await using peers = await connected();
    const request = peers.client.request({ ":method": "POST", "x-large": "x".repeat(20_000) });
    expect((await once(request, "response"))[0]).toMatchObject({ ":status": 431 });
    const next = peers.client.request({ ":method": "POST", "x-next": "1" });
    next.end("fine");
    expect(String(await buffer(next))).toBe("fine");
  });
});

describe("a client of ours, to a server of Node's", () => {
  async function connected(onStream: (stream: http2.ServerHttp2Stream) => void, options: ClientOptions = {}) {
    const server = http2.createServer({ settings: { maxConcurrentStreams: 100 } });
    server.on("stream", (stream) => {
      stream.on("error", () => undefined);
      onStream(stream);
    });
    const sessions: http2.ServerHttp2Session[] = [];
    server.on("session", (session) => sessions.push(session));
    const connection = connectHttp2(await dial(await listen(server)), options);
    const close = async () => {
      connection.destroy();
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    };
    return { connection, sessions, [Symbol.asyncDispose]: close };
  }

  const nodeEcho = (stream: http2.ServerHttp2Stream) => {
    stream.respond({ ":status": 200, "x-kept": "yes" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.pipe(stream);
  };

  it("exchanges large bodies and trailers", async () => {
    await using peers = await connected(nodeEcho);
    const answer = await exchange(peers.connection, large);
    expect(large.equals(answer.body)).toBe(true);
    expect(answer.headers).toContainEqual(["x-kept", "yes"]);
    expect(answer.trailers).toEqual([["grpc-status", "0"]]);
  });

  it("has many streams, as many as the server allows, and is told of room", async () => {
    let capacity = 0;
    await using peers = await connected(nodeEcho, { onCapacity: () => (capacity += 1) });
    await peers.connection.ping();
    const answers = Array.from({ length: 100 }, (_, index) => exchange(peers.connection, Buffer.from(`${index}`)));
    expect(peers.connection.open(post, true, indifferent)).toBeUndefined();
    const bodies = (await Promise.all(answers)).map(({ body }) => String(body));
    expect(bodies).toEqual(Array.from({ length: 100 }, (_, index) => `${index}`));
    expect(capacity).toBe(1);
    expect(peers.connection.streams).toBe(0);
  });

  it("skips 1xx", async () => {
    await using peers = await connected((stream) => {
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      stream.respond({ ":status": 204 }, { endStream: true });
    });
    const { headers } = await exchange(peers.connection);
    expect(headers[0]).toEqual([":status", "204"] satisfies HeaderField);
  });

  it("is told of a reset, with its code", async () => {
    await using peers = await connected((stream) => stream.close(ErrorCode.ENHANCE_YOUR_CALM));
    await expect(exchange(peers.connection)).rejects.toMatchObject({
      reset: { code: ErrorCode.ENHANCE_YOUR_CALM, unprocessed: false },
    });
  });

  it("knows which streams a server that goes away did not look at", async () => {
    const goaways: number[] = [];
    const streams: http2.ServerHttp2Stream[] = [];
    await using peers = await connected((stream) => streams.push(stream), {
      onGoaway: ({ code }) => goaways.push(code),
    });
    const [first, second] = [exchange(peers.connection), exchange(peers.connection)];
    const failed = expect(second).rejects.toMatchObject({ reset: { unprocessed: true } });
    await expect.poll(() => streams.length).toBe(2);
    peers.sessions[0]?.goaway(ErrorCode.NO_ERROR, 1);
    await failed;
    expect(peers.connection.isUsable).toBe(false);
    expect(goaways).toEqual([ErrorCode.NO_ERROR]);
    streams[0]?.respond({ ":status": 200 }, { endStream: true });
    expect((await first).headers[0]).toEqual([":status", "200"]);
  });

  it("tells its streams when the connection is lost, once", async () => {
    let closed = 0;
    await using peers = await connected((stream) => stream.session?.destroy(), { onClose: () => (closed += 1) });
    await expect(exchange(peers.connection)).rejects.toMatchObject({ reset: { unprocessed: false } });
    expect(peers.connection.isUsable).toBe(false);
    expect(closed).toBe(1);
  });
});
