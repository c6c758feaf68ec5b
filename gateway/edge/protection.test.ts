/** What hostile and careless clients get at the door, and that everybody else is served meanwhile. */
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { Code } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectHttp2 as dial, ErrorCode, type HeaderField, type StreamListener } from "../http2/index.ts";
import { type ProbedEdge, type ProbeRequest, startProbedEdge } from "./testing/probe.ts";

let edge: ProbedEdge;
beforeAll(async () => {
  edge = await startProbedEdge(["--max-body-bytes", "100000", "--max-header-bytes", "8192", "--max-streams", "20"]);
});
afterAll(() => edge.stop());

const DEAF: StreamListener = { onHeaders() {}, onData() {}, onTrailers() {}, onReset() {}, onDrain() {} };

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${edge.url}/v1/echo`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });

/** The reason of a refusal (AIP-193). */
async function reasonOf(answer: Response): Promise<string | undefined> {
  const { error } = (await answer.json()) as { error: { details: { reason?: string }[] } };
  return error.details.find(({ reason }) => reason !== undefined)?.reason;
}

async function isServed(): Promise<boolean> {
  return (await post('{"text":"still here"}')).status === 200;
}

/** Sends bytes and gives what came back until the server closed. */
function raw(send: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: edge.port });
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(heard));
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "EPIPE" ? undefined : reject(error)));
    socket.on("connect", () => send(socket));
  });
}

describe("too much", () => {
  it("a body is 413, whether its length is told or found", async () => {
    const large = JSON.stringify({ text: "x".repeat(200_000) });
    expect((await post(large)).status).toBe(413);
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(large));
        controller.close();
      },
    });
    const answer = await fetch(`${edge.url}/v1/echo`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: chunked,
      duplex: "half",
    } as RequestInit);
    expect(answer.status).toBe(413);
    expect(await reasonOf(answer)).toBe("BODY_TOO_LARGE");
  });

  it("headers are 431 over HTTP/1.1 and HTTP/2", async () => {
    const answer = await fetch(`${edge.url}/v1/echo`, { headers: { "x-large": "x".repeat(20_000) } });
    expect(answer.status).toBe(431);
    expect(await reasonOf(answer)).toBe("HEADERS_TOO_LARGE");
    const session = connectHttp2(edge.url);
    const status = await new Promise((resolve) => {
      const stream = session.request({ ":path": "/v1/echo", "x-large": "x".repeat(12_000) });
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.resume();
    });
    expect(status).toBe(431);
    session.destroy();
  });

  it("nesting, keys given twice and keys that pollute are refused", async () => {
    expect(await reasonOf(await post(`${"[".repeat(5_000)}${"]".repeat(5_000)}`))).toBe("JSON_TOO_DEEP");
    expect(await reasonOf(await post('{"text":"a","text":"b"}'))).toBe("JSON_KEY_DUPLICATE");
    expect(await reasonOf(await post('{"__proto__":{"polluted":true}}'))).toBe("FIELD_UNKNOWN");
    expect(await reasonOf(await post('{"constructor":{"prototype":{"polluted":true}}}'))).toBe("FIELD_UNKNOWN");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("streams on one connection are refused, and may be sent again", async () => {
    const session = connectHttp2(edge.url);
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    expect(session.remoteSettings.maxConcurrentStreams).toBe(20);
    session.destroy();
  });
});

describe("too slow, or not to the end", () => {
  it("what is no HTTP gets 400 and is closed", async () => {
    expect(await raw((socket) => socket.write("\x16\x03\x01 hello\r\n\r\n"))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw((socket) => socket.write("GET /v1/echo HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n"))).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  it("two lengths, or a length and chunks, smuggle nothing", async () => {
    const smuggling = [
      "POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
      "POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    ];
    for (const request of smuggling) {
      expect(await raw((socket) => socket.write(request))).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  it("half of a preface, or of a request, holds up nobody", async () => {
    const waiting = ["P", "PR", "PRI * HTTP/2.0\r\n", "GET /v1/ec"].map((part) => {
      const socket = connect({ host: "127.0.0.1", port: edge.port });
      socket.write(part);
      return socket;
    });
    expect(await isServed()).toBe(true);
    for (const socket of waiting) {
      socket.destroy();
    }
  });

  it("a client that reads nothing holds no more than its share", async () => {
    const socket = connect({ host: "127.0.0.1", port: edge.port });
    const before = edge.seen.length;
    socket.write("GET /v1/count?to=2000000&bytes=100000 HTTP/1.1\r\nhost: a\r\n\r\n");
    socket.pause();
    await expect.poll(() => edge.seen.length).toBe(before + 1);
    const sent = () => edge.seen.at(before)?.sent ?? 0;
    let last = -1;
    await expect
      .poll(
        async () => {
          const isQuiet = sent() === last;
          last = sent();
          expect(await isServed()).toBe(true);
          return isQuiet;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    // 200 GB would come of it; what may wait are the windows and buffers on the way.
    expect(sent() * 100_000).toBeLessThan(20_000_000);
    socket.destroy();
    await edge.seen.at(before)?.left;
  });
});

describe("rapid reset (CVE-2023-44487)", () => {
  it("ends the connection of who does it, and nobody else's", async () => {
    const socket = connect({ host: "127.0.0.1", port: edge.port });
    const ended = Promise.withResolvers<number>();
    const ours = dial(socket, { onGoaway: ({ code }) => ended.resolve(code) });
    const fields: HeaderField[] = [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", "/probe.v1.Probe/Echo"],
      [":authority", "edge"],
      ["content-type", "application/grpc"],
    ];
    const resetting = setInterval(() => {
      for (let count = 0; count < 50; count++) {
        ours.open(fields, false, DEAF)?.reset(ErrorCode.CANCEL);
      }
    }, 1);
    expect(await ended.promise).toBe(ErrorCode.ENHANCE_YOUR_CALM);
    clearInterval(resetting);
    ours.destroy();
    expect(await isServed()).toBe(true);
  });
});

describe("more calls than can be done", () => {
  it("wait their turn, then hear 429 with Retry-After, and RESOURCE_EXHAUSTED by gRPC", async () => {
    const small = await startProbedEdge(["--max-calls", "2", "--max-waiting", "1"]);
    const probe = small.client(createGrpcTransport({ baseUrl: small.url })) as unknown as {
      echo(request: ProbeRequest, options?: { signal?: AbortSignal }): Promise<unknown>;
    };
    const leaving = new AbortController();
    const held = [1, 2].map(() => probe.echo({ waitMs: -1 }, { signal: leaving.signal }).catch(() => "left"));
    await expect.poll(() => small.seen.length).toBe(2);
    const third = fetch(`${small.url}/v1/echo?text=third`);
    // The third waits in the only place there is; whoever comes then is told at once.
    await expect.poll(() => fetch(`${small.url}/v1/echo`).then(({ status }) => status)).toBe(429);
    const refused = await fetch(`${small.url}/v1/echo`);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await reasonOf(refused)).toBe("OVERLOADED");
    await expect(probe.echo({})).rejects.toMatchObject({ code: Code.ResourceExhausted });
    // Its wait is bounded too.
    expect((await third).status).toBe(429);
    leaving.abort();
    await Promise.all(held);
    await expect.poll(() => fetch(`${small.url}/v1/echo`).then(({ status }) => status)).toBe(200);
    await small.stop();
  });

  it("are turned away before a body is read", async () => {
    const full = await startProbedEdge(["--max-calls", "1", "--max-waiting", "0"]);
    const leaving = new AbortController();
    const held = fetch(`${full.url}/v1/echo?waitMs=-1`, { signal: leaving.signal }).catch(() => "left");
    await expect.poll(() => full.seen.length).toBe(1);
    const socket = connect({ host: "127.0.0.1", port: full.port });
    // The body that is told of never comes, so that only an answer that does not wait for it can.
    socket.write("POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n");
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 429 /);
    socket.destroy();
    leaving.abort();
    await held;
    await full.stop();
  });
});

describe("callers who leave while they wait", () => {
  it("give their place back", async () => {
    const small = await startProbedEdge(["--max-calls", "1", "--max-waiting", "50"]);
    const leaving = new AbortController();
    const post = (body: string, signal?: AbortSignal) =>
      fetch(`${small.url}/v1/echo`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        ...(signal === undefined ? {} : { signal }),
      });
    const held = post('{"waitMs":-1}', leaving.signal).catch(() => "left");
    await expect.poll(() => small.seen.length).toBe(1);
    const waiting = Array.from({ length: 20 }, () => post('{"text":"waits"}', leaving.signal).catch(() => "left"));
    // The GET comes after them on its own connection: once it waits too, so do they.
    const last = fetch(`${small.url}/v1/echo?text=last`);
    leaving.abort();
    await Promise.all([held, ...waiting]);
    expect([200, 429]).toContain((await last).status);
    await expect.poll(() => post('{"text":"still here"}').then(({ status }) => status)).toBe(200);
    await small.stop();
  });
});
