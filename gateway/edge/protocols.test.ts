/** Every protocol on one port, every kind of call, by clients that are not ours. */
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import {
  compressionBrotli,
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { type ProbedEdge, type ProbeRequest, startProbedEdge } from "./testing/probe.ts";

interface Answer {
  readonly text: string;
}
interface CallOptions {
  readonly headers?: Record<string, string>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onHeader?: (headers: Headers) => void;
  readonly onTrailer?: (trailers: Headers) => void;
}
/** The client of descriptors that were read at run time, typed for these tests. */
interface ProbeClient {
  echo(request: ProbeRequest, options?: CallOptions): Promise<Answer>;
  echoUnread(request: ProbeRequest, options?: CallOptions): Promise<Answer>;
  count(request: ProbeRequest, options?: CallOptions): AsyncIterable<Answer>;
  join(requests: AsyncIterable<ProbeRequest>, options?: CallOptions): Promise<Answer>;
  chat(requests: AsyncIterable<ProbeRequest>, options?: CallOptions): AsyncIterable<Answer>;
}

let edge: ProbedEdge;
beforeAll(async () => {
  edge = await startProbedEdge();
});
afterAll(() => edge.stop());

const compression = { acceptCompression: [compressionGzip, compressionBrotli], sendCompression: compressionGzip };
const small = { compressMinBytes: 1 };
const protocols: [string, () => Transport, { readonly isDuplex: boolean }][] = [
  ["gRPC", () => createGrpcTransport({ baseUrl: edge.url }), { isDuplex: true }],
  ["gRPC, compressed", () => createGrpcTransport({ baseUrl: edge.url, ...compression, ...small }), { isDuplex: true }],
  ["gRPC with JSON", () => createGrpcTransport({ baseUrl: edge.url, useBinaryFormat: false }), { isDuplex: true }],
  [
    "gRPC-Web over HTTP/1.1",
    () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "1.1" }),
    { isDuplex: false },
  ],
  ["gRPC-Web over HTTP/2", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "2" }), { isDuplex: true }],
  [
    "gRPC-Web, compressed",
    () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "2", ...compression, ...small }),
    { isDuplex: true },
  ],
  [
    "Connect over HTTP/1.1",
    () => createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1" }),
    { isDuplex: false },
  ],
  ["Connect over HTTP/2", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "2" }), { isDuplex: true }],
  [
    "Connect, binary and compressed",
    () =>
      createConnectTransport({ baseUrl: edge.url, httpVersion: "2", useBinaryFormat: true, ...compression, ...small }),
    { isDuplex: true },
  ],
];

describe.each(protocols)("%s", (_name, transport, { isDuplex }) => {
  const probe = () => edge.client(transport()) as unknown as ProbeClient;

  it("carries a unary call with metadata both ways", async () => {
    let header: Headers | undefined;
    let trailer: Headers | undefined;
    const answer = await probe().echo(
      { text: "olá" },
      {
        headers: { "x-given": "g", "x-given-bin": "AQI" },
        onHeader: (headers) => {
          header = headers;
        },
        onTrailer: (trailers) => {
          trailer = trailers;
        },
      },
    );
    expect(answer.text).toBe("olá");
    expect(header?.get("x-probe-header")).toBe("h");
    expect(trailer?.get("x-probe-trailer")).toBe("t");
    expect(edge.seen.at(-1)?.header.get("x-given")).toBe("g");
    expect(edge.seen.at(-1)?.header.get("x-given-bin")).toBe("AQI");
  });

  it("carries an error with its details", async () => {
    const error = await probe()
      .echo({ failCode: Code.FailedPrecondition })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: Code.FailedPrecondition, rawMessage: "told to fail: ação" });
    expect((error as ConnectError).findDetails(ErrorInfoSchema)).toMatchObject([
      { reason: "TOLD_TO", domain: "probe" },
    ]);
  });

  it("refuses what breaks a rule before the server sees it", async () => {
    const before = edge.seen.length;
    const error = await probe()
      .echo({ failCode: 99 })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: Code.InvalidArgument });
    expect((error as ConnectError).findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "VALIDATION_FAILED" }]);
    expect(edge.seen.length).toBe(before);
  });

  it("carries a stream of answers, and an error after some", async () => {
    const texts: string[] = [];
    const counting = async () => {
      for await (const { text } of probe().count({ to: 3, failCode: Code.Aborted })) {
        texts.push(text);
      }
    };
    await expect(counting()).rejects.toMatchObject({ code: Code.Aborted });
    expect(texts).toEqual(["1", "2", "3"]);
  });

  it("carries a stream of requests", async () => {
    expect((await probe().join(send("a", "b", "c"))).text).toBe("abc");
    await expect(probe().join(send("a", { failCode: 99 }))).rejects.toMatchObject({ code: Code.InvalidArgument });
  });

  const itInDuplex = (name: string, test: () => Promise<void>) => (isDuplex ? it(name, test) : undefined);
  itInDuplex("carries messages both ways at once", async () => {
    const { requests, say, end } = dialogue();
    const answers = probe().chat(requests)[Symbol.asyncIterator]();
    for (const text of ["one", "two"]) {
      say({ text });
      expect((await answers.next()).value).toMatchObject({ text });
    }
    end();
    expect((await answers.next()).done).toBe(true);
  });

  it("passes the deadline on, and keeps it", async () => {
    await probe().echo({}, { timeoutMs: 5_000 });
    const { timeoutMs = 0 } = edge.seen.at(-1) ?? {};
    expect(timeoutMs).toBeGreaterThan(1_000);
    expect(timeoutMs).toBeLessThanOrEqual(5_000);
    await expect(probe().echo({ waitMs: -1 }, { timeoutMs: 100 })).rejects.toMatchObject({
      code: Code.DeadlineExceeded,
    });
  });

  it("cancels the call at the server when the caller leaves", async () => {
    const leaving = new AbortController();
    const before = edge.seen.length;
    const call = probe().echo({ waitMs: -1 }, { signal: leaving.signal });
    await expect.poll(() => edge.seen.length).toBe(before + 1);
    leaving.abort();
    await expect(call).rejects.toMatchObject({ code: Code.Canceled });
    await edge.seen.at(-1)?.left;
  });

  it("says UNIMPLEMENTED for what it does not serve", async () => {
    const [method = raise()] = edge.service.methods;
    const unknown = { ...method, name: "Nothing", localName: "nothing" };
    const calling = transport().unary(unknown as never, undefined, undefined, undefined, {} as never);
    await expect(calling).rejects.toMatchObject({ code: Code.Unimplemented });
  });
});

async function* send(...messages: (string | ProbeRequest)[]): AsyncGenerator<ProbeRequest> {
  for (const message of messages) {
    yield typeof message === "string" ? { text: message } : message;
  }
}

/** Requests that are said one by one. */
function dialogue() {
  const waiting: ProbeRequest[] = [];
  let isOver = false;
  let wake = () => {};
  async function* requests() {
    while (!isOver || waiting.length > 0) {
      const next = waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        yield next;
      }
    }
  }
  return {
    requests: requests(),
    say(request: ProbeRequest) {
      waiting.push(request);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
  };
}

function raise(): never {
  throw new Error("the service has no method");
}
