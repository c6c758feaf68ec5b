/** What the edge does with bytes it need not look at, and with those it must. */
import { execFile } from "node:child_process";
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enclose } from "../grpc/envelope.ts";
import { type ProbedEdge, startProbedEdge } from "./testing/probe.ts";

let edge: ProbedEdge;
let session: ClientHttp2Session;
beforeAll(async () => {
  edge = await startProbedEdge(["--max-message-bytes", "100000"]);
  session = connect(edge.url);
});
afterAll(async () => {
  session.destroy();
  await edge.stop();
});

interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A gRPC call byte by byte. */
function call(method: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<RawAnswer> {
  const stream = session.request({
    ":method": "POST",
    ":path": `/probe.v1.Probe/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const chunks: Buffer[] = [];
  let answered: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  return new Promise((done, failed) => {
    stream.on("response", (heard) => {
      answered = heard;
    });
    stream.on("trailers", (heard) => {
      trailers = heard;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => done({ headers: answered, trailers, body: Buffer.concat(chunks) }));
    stream.on("error", failed);
    stream.end(body);
  });
}

const statusOf = ({ headers, trailers }: RawAnswer) => trailers["grpc-status"] ?? headers["grpc-status"];
/** EchoRequest { text }: field 1, length-delimited. */
const textMessage = (text: string) => Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
const garbage = enclose(Buffer.from([0xff, 0xff, 0xff]));

describe("a message without rules", () => {
  it("is passed on unread: only the server finds that it is none", async () => {
    const answer = await call("EchoUnread", garbage);
    expect(statusOf(answer)).toBe("13");
    expect(decodeURIComponent(String(answer.headers["grpc-message"] ?? answer.trailers["grpc-message"]))).not.toContain(
      "the request is no probe.v1",
    );
  });

  it("keeps fields that the edge does not know", async () => {
    // Field 15 of the request is unknown to both; the answer's text shows that the rest arrived.
    const answer = await call("EchoUnread", enclose(Buffer.concat([textMessage("hi"), Buffer.from([0x78, 0x01])])));
    expect(statusOf(answer)).toBe("0");
    expect(answer.body.subarray(5)).toEqual(textMessage("hi"));
  });

  it("stays compressed on its way", async () => {
    const answer = await call("EchoUnread", enclose(gzipSync(textMessage("hi")), 1), { "grpc-encoding": "gzip" });
    expect(answer.body.subarray(5)).toEqual(textMessage("hi"));
    expect(edge.seen.at(-1)?.header.get("grpc-encoding")).toBe("gzip");
  });
});

describe("a message with rules", () => {
  it("that is none is refused by the edge", async () => {
    const before = edge.seen.length;
    expect(statusOf(await call("Echo", garbage))).toBe("3");
    expect(edge.seen.length).toBe(before);
  });

  it("is inflated to be looked at, within bounds", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(statusOf(await call("Echo", enclose(bomb, 1), { "grpc-encoding": "gzip" }))).toBe("8");
    expect(statusOf(await call("Echo", enclose(Buffer.from("no"), 1), { "grpc-encoding": "gzip" }))).toBe("3");
    expect(statusOf(await call("Echo", enclose(Buffer.from("no"), 1), { "grpc-encoding": "zip" }))).toBe("12");
    expect(statusOf(await call("Echo", enclose(gzipSync(textMessage("hi")), 1), { "grpc-encoding": "gzip" }))).toBe(
      "0",
    );
  });
});

describe("a call that is malformed", () => {
  it.each([
    ["without a message", Buffer.alloc(0), "12"],
    ["with two messages", Buffer.concat([enclose(textMessage("a")), enclose(textMessage("b"))]), "12"],
    ["cut short", enclose(textMessage("abc")).subarray(0, 7), "3"],
    ["announcing more than it may", Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]), "8"],
  ])("%s is refused", async (_what, body, status) => {
    expect(statusOf(await call("Echo", body))).toBe(status);
    expect(statusOf(await call("EchoUnread", body))).toBe(status);
  });

  it("with a bad timeout, or to nowhere, is refused", async () => {
    expect(statusOf(await call("Echo", garbage, { "grpc-timeout": "soon" }))).toBe("3");
    expect(statusOf(await call("Nothing", garbage))).toBe("12");
  });

  it("leaves the connection as it was", async () => {
    expect(statusOf(await call("Echo", enclose(textMessage("still here"))))).toBe("0");
  });
});

describe("the server behind", () => {
  it("is found again after its connections were cut", async () => {
    edge.cutUpstream();
    await expect.poll(async () => statusOf(await call("Echo", enclose(textMessage("a"))))).toBe("0");
  });

  it("when it is away is UNAVAILABLE, and its address stays with us", async () => {
    const other = await startProbedEdge();
    await other.stopUpstream();
    const answer = await fetch(`${other.url}/v1/unread`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(text).not.toContain(String(other.upstreamPort));
    expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1| at /);
    await other.stop();
  });
});

describe("Connect's JSON", () => {
  it("is not rounded without a word", async () => {
    const post = (body: string) =>
      fetch(`${edge.url}/probe.v1.Probe/Echo`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    const exact = await post('{"amountMinor":"9007199254740993"}');
    expect(await exact.json()).toMatchObject({ amountMinor: "9007199254740993" });
    const rounded = await post('{"amountMinor":9007199254740993}');
    expect(rounded.status).toBe(400);
    expect(await rounded.json()).toMatchObject({ code: "invalid_argument" });
    expect(await (await post('{"amountMinor":9007199254740991}')).json()).toMatchObject({
      amountMinor: "9007199254740991",
    });
  });
});

describe("reflection and health", () => {
  const program = resolve(import.meta.dirname, "../../node_modules/.bin/buf");
  const buf = async (...args: string[]) =>
    (await promisify(execFile)(program, ["curl", "--http2-prior-knowledge", ...args], { timeout: 20_000 })).stdout;

  it.each(["grpc-v1", "grpc-v1alpha"])("buf curl lists and calls by %s", async (protocol) => {
    const reflected = ["--protocol", "grpc", "--reflect-protocol", protocol];
    expect((await buf(...reflected, "--list-services", edge.url)).split("\n")).toEqual(
      expect.arrayContaining(["probe.v1.Probe", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]),
    );
    expect(await buf(...reflected, "-d", '{"text":"by reflection"}', `${edge.url}/probe.v1.Probe/Echo`)).toContain(
      "by reflection",
    );
  });

  it("health knows the edge, its services, and nothing else", async () => {
    const check = (service: string) =>
      buf("--protocol", "grpc", "-d", JSON.stringify({ service }), `${edge.url}/grpc.health.v1.Health/Check`);
    expect(await check("")).toContain("SERVING");
    expect(await check("probe.v1.Probe")).toContain("SERVING");
    await expect(check("other.v1.Other")).rejects.toThrow(/not_found/);
  });
});
