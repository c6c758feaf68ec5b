/** Peers that mean harm: what each tries, and what it gets. */
import { describe, expect, it } from "vitest";
import { ErrorCode, Flag, FrameType } from "../codes.ts";
import { type Limits, type OnStream, type ServerOptions, type StreamReset, serverLimits } from "../index.ts";
import { echo } from "./echo.ts";
import { indifferent } from "./exchange.ts";
import { frame, literal, ping, postBlock, RawPeer, rawClient, settings, settingsAck, uint32 } from "./raw-peer.ts";
import { dial, serve } from "./serve.ts";

const { HEADERS, DATA, RST_STREAM, CONTINUATION, WINDOW_UPDATE, PRIORITY, SETTINGS, PING } = FrameType;
const neverAnswers: OnStream = () => indifferent;
const open = (id: number, flags = 0) => frame(HEADERS, Flag.END_HEADERS | flags, id, postBlock);
const cancel = (id: number) => frame(RST_STREAM, 0, id, uint32(ErrorCode.CANCEL));
const ids = (count: number) => Array.from({ length: count }, (_, index) => 1 + 2 * index);

async function attacked(limits: Partial<Limits> = {}, onStream: OnStream = neverAnswers, options: ServerOptions = {}) {
  const errors: Array<Error | undefined> = [];
  const server = await serve({ limits, onClose: (error) => errors.push(error), ...options }, onStream);
  return {
    server,
    errors,
    peer: await rawClient(server.port),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The connection ended with this code, and the socket was closed. */
async function expectGoaway(peer: RawPeer, code: number) {
  await expect.poll(() => peer.goaway, { timeout: 5_000 }).toBe(code);
  await expect.poll(() => peer.isClosed, { timeout: 5_000 }).toBe(true);
}

/** The server still does its work. */
async function expectAlive(peer: RawPeer) {
  const before = peer.of(PING).length;
  peer.send(ping);
  await expect.poll(() => peer.of(PING).length, { timeout: 5_000 }).toBeGreaterThan(before);
  expect(peer.goaway).toBeUndefined();
}

describe("streams opened to be reset", () => {
  it("ends a rapid reset (CVE-2023-44487)", async () => {
    await using it = await attacked();
    it.peer.send(...ids(300).flatMap((id) => [open(id), cancel(id)]));
    await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("bears as many resets as honest clients make", async () => {
    await using it = await attacked();
    it.peer.send(...ids(serverLimits.resetBurst).flatMap((id) => [open(id), cancel(id)]));
    await expectAlive(it.peer);
  });

  const provocations: Record<string, (id: number) => Buffer[]> = {
    "a window update by 0": (id) => [open(id), frame(WINDOW_UPDATE, 0, id, uint32(0))],
    "a window that overflows": (id) => [open(id), frame(WINDOW_UPDATE, 0, id, uint32(0x7fffffff))],
    "data after the end": (id) => [open(id, Flag.END_STREAM), frame(DATA, 0, id, Buffer.alloc(1))],
    "priority on itself": (id) => [open(id), frame(PRIORITY, 0, id, Buffer.concat([uint32(id), Buffer.alloc(1)]))],
    "a malformed request": (id) => [frame(HEADERS, Flag.END_HEADERS, id, Buffer.from([0x83]))],
    "more data than its content-length": (id) => [
      frame(HEADERS, Flag.END_HEADERS, id, Buffer.concat([postBlock, literal("content-length", "0")])),
      frame(DATA, 0, id, Buffer.alloc(1)),
    ],
  };
  for (const [name, provoke] of Object.entries(provocations)) {
    it(`ends resets provoked by ${name} (CVE-2025-8671)`, async () => {
      await using it = await attacked();
      it.peer.send(...ids(300).flatMap(provoke));
      await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
    });
  }

  it("refuses streams above the limit, and ends with a client that goes on", async () => {
    await using it = await attacked({ maxConcurrentStreams: 2 });
    it.peer.send(...ids(3).map((id) => open(id)));
    await expect.poll(() => it.peer.resets).toEqual([[5, ErrorCode.REFUSED_STREAM]]);
    it.peer.send(
      ...ids(400)
        .slice(3)
        .map((id) => open(id)),
    );
    await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
  });
});

describe("header sections", () => {
  it("ends CONTINUATION without end", async () => {
    await using it = await attacked();
    it.peer.send(frame(HEADERS, 0, 1, postBlock), ...ids(20).map(() => frame(CONTINUATION, 0, 1)));
    await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("ends a block larger than any it would decode", async () => {
    await using it = await attacked();
    const part = Buffer.alloc(16_384, literal("x", "y".repeat(100)));
    it.peer.send(frame(HEADERS, 0, 1, part), ...ids(4).map(() => frame(CONTINUATION, 0, 1, part)));
    await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("ends one that is begun and not ended in time", async () => {
    await using it = await attacked({ handshakeMs: 60 });
    it.peer.send(frame(HEADERS, 0, 1, postBlock));
    await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
  });

  it("answers an HPACK bomb with 431, keeps none of it, and keeps the table", async () => {
    const seen: number[] = [];
    await using it = await attacked({}, (stream, headers) => {
      seen.push(headers.length);
      stream.sendHeaders([[":status", "200"]], true);
      return indifferent;
    });
    const entry = Buffer.concat([Buffer.from([0x40]), literal("x", "y".repeat(3_000)).subarray(1)]);
    const bomb = Buffer.concat([postBlock, entry, Buffer.alloc(12_000, 0xbe)]);
    it.peer.send(frame(HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, bomb));
    it.peer.send(
      frame(HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 3, Buffer.concat([postBlock, Buffer.from([0xbe])])),
    );
    await expect.poll(() => it.peer.of(HEADERS).map(({ id }) => id)).toEqual([1, 3]);
    expect(String(it.peer.of(HEADERS)[0]?.payload)).toContain("431");
    expect(seen).toEqual([4]);
  });

  it("lets the owner answer what is too large", async () => {
    await using it = await attacked({ maxHeaderListBytes: 200 }, neverAnswers, {
      onHeadersTooLarge(stream) {
        stream.sendHeaders(
          [
            [":status", "431"],
            ["x-why", "too large"],
          ],
          true,
        );
        return indifferent;
      },
    });
    const block = Buffer.concat([postBlock, literal("x", "y".repeat(200))]);
    it.peer.send(frame(HEADERS, Flag.END_HEADERS | Flag.END_STREAM, 1, block));
    await expect.poll(() => String(it.peer.of(HEADERS)[0]?.payload)).toContain("too large");
  });
});

describe("floods of frames that carry nothing", () => {
  const floods: Record<string, Buffer> = {
    PING: ping,
    SETTINGS: settings,
    "SETTINGS with a window that swings": Buffer.concat([
      frame(SETTINGS, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(1)])),
      frame(SETTINGS, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(100_000)])),
    ]),
    "SETTINGS acknowledgements": settingsAck,
    "unasked PING answers": frame(PING, Flag.ACK, 0, Buffer.alloc(8)),
    PRIORITY: frame(PRIORITY, 0, 1, Buffer.alloc(5)),
    WINDOW_UPDATE: frame(WINDOW_UPDATE, 0, 0, uint32(1)),
    "empty DATA": frame(DATA, 0, 1),
    "unknown frames": frame(0xfe, 0, 0),
    "RST_STREAM of a stream that is gone": frame(RST_STREAM, 0, 3, uint32(0)),
  };
  for (const [name, flood] of Object.entries(floods)) {
    it(`ends ${name}`, async () => {
      await using it = await attacked();
      it.peer.send(open(1), open(3), cancel(3), ...Array.from({ length: 1_200 }, () => flood));
      await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
    });
  }

  it("ends a peer that asks and reads no answers, before they pile up", async () => {
    await using it = await attacked({ idleFrameBurst: 1e9 });
    it.peer.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => ping));
    const closed = () => it.server.connections[0]?.isUsable === false && it.errors.length > 0;
    while (!closed()) {
      it.peer.send(flood);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(it.errors[0]).toMatchObject({ code: ErrorCode.ENHANCE_YOUR_CALM });
  });
});

describe("peers that take their time", () => {
  it("closes a connection that says nothing", async () => {
    await using server = await serve({ limits: { handshakeMs: 60 } }, neverAnswers);
    const peer = new RawPeer(await dial(server.port), Buffer.alloc(0));
    await expectGoaway(peer, ErrorCode.SETTINGS_TIMEOUT);
  });

  it("closes a connection whose SETTINGS are never acknowledged", async () => {
    await using server = await serve({ limits: { handshakeMs: 60 } }, neverAnswers);
    await expectGoaway(await rawClient(server.port, [settings]), ErrorCode.SETTINGS_TIMEOUT);
  });

  it("closes an idle connection, in an orderly way", async () => {
    await using it = await attacked({ idleMs: 60 });
    await expectGoaway(it.peer, ErrorCode.NO_ERROR);
    expect(it.errors).toEqual([undefined]);
  });

  it("pings a silent peer, and closes the connection of one that is dead", async () => {
    await using it = await attacked({ pingIntervalMs: 60, pingTimeoutMs: 60, idleMs: 0 });
    await expectGoaway(it.peer, ErrorCode.ENHANCE_YOUR_CALM);
    expect(it.peer.of(PING).length).toBe(1);
    expect(it.errors[0]?.message).toBe("no answer to a ping");
  });

  it("resets a stream to whose peer nothing can be written", async () => {
    const { promise, resolve } = Promise.withResolvers<StreamReset>();
    const full: boolean[] = [];
    await using it = await attacked({ stallMs: 80 }, (stream) => {
      stream.sendHeaders([[":status", "200"]], false);
      full.push(stream.sendData(Buffer.alloc(200_000), true));
      return { ...indifferent, onReset: resolve };
    });
    it.peer.send(open(1, Flag.END_STREAM));
    expect((await promise).code).toBe(ErrorCode.CANCEL);
    expect(full).toEqual([false]);
    await expect.poll(() => it.peer.resets).toEqual([[1, ErrorCode.CANCEL]]);
    expect(it.server.connections[0]?.streams).toBe(0);
  });

  it("does not take a byte now and then for progress", async () => {
    const { promise, resolve } = Promise.withResolvers<StreamReset>();
    await using it = await attacked({ stallMs: 150 }, (stream) => {
      stream.sendHeaders([[":status", "200"]], false);
      stream.sendData(Buffer.alloc(200_000), true);
      return { ...indifferent, onReset: resolve };
    });
    it.peer.send(frame(WINDOW_UPDATE, 0, 0, uint32(1_000_000)), open(1, Flag.END_STREAM));
    const trickle = setInterval(() => it.peer.send(frame(WINDOW_UPDATE, 0, 1, uint32(1))), 20);
    expect((await promise).message).toBe("the peer takes no data");
    clearInterval(trickle);
  });

  it("ends a connection that reads nothing at all", async () => {
    await using it = await attacked({ stallMs: 100 }, (stream) => {
      stream.sendHeaders([[":status", "200"]], false);
      stream.sendData(Buffer.alloc(30_000_000), true);
      return indifferent;
    });
    it.peer.socket.pause();
    const swell = frame(SETTINGS, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(0x7fffffff)]));
    it.peer.send(swell, frame(WINDOW_UPDATE, 0, 0, uint32(0x7fff0000)), open(1, Flag.END_STREAM));
    await expect.poll(() => it.errors[0]?.message, { timeout: 5_000 }).toBe("nothing is read");
  });
});

describe("more than was allowed", () => {
  it("ends a connection that sends beyond its window", async () => {
    await using it = await attacked({ connectionWindowBytes: 65_535 });
    it.peer.send(open(1), ...ids(5).map(() => frame(DATA, 0, 1, Buffer.alloc(16_384))));
    await expectGoaway(it.peer, ErrorCode.FLOW_CONTROL_ERROR);
  });

  it("resets a stream that sends beyond its window, and takes its credit back", async () => {
    await using it = await attacked({ streamWindowBytes: 65_535 }, (_stream, _headers, endStream) => {
      expect(endStream).toBe(false);
      return indifferent;
    });
    const tooMuch = (id: number) => [open(id), ...ids(5).map(() => frame(DATA, 0, id, Buffer.alloc(16_384)))];
    // Sixty such streams are more than the connection's window: it lasts because each reset gives back.
    it.peer.send(...ids(60).flatMap(tooMuch));
    await expect.poll(() => it.peer.resets.length).toBe(60);
    expect(it.peer.resets[0]).toEqual([1, ErrorCode.FLOW_CONTROL_ERROR]);
    await expectAlive(it.peer);
  });

  it("refuses HTTP/1", async () => {
    await using server = await serve({}, echo);
    const peer = new RawPeer(await dial(server.port), Buffer.alloc(0));
    peer.send(Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    await expectGoaway(peer, ErrorCode.PROTOCOL_ERROR);
  });
});
