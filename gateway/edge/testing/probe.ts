/** A real gRPC server behind a real edge, in this process, and everything that either saw. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createFileRegistry, type DescService, fromBinary, type Message } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import {
  type Client,
  ConnectError,
  createClient,
  type HandlerContext,
  type ServiceImpl,
  type Transport,
} from "@connectrpc/connect";
import { compressionBrotli, compressionGzip, connectNodeAdapter } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { startProgram } from "../../program/program.ts";

const root = resolve(import.meta.dirname, "../../..");
const googleapis = "node_modules/google-gax/build/protos";

/** What a call of the server was. */
export interface SeenCall {
  readonly method: string;
  readonly header: Headers;
  readonly timeoutMs: number | undefined;
  /** Resolves when the caller left, or the call ended. */
  readonly left: Promise<void>;
  /** Messages that the server was asked for so far. */
  sent: number;
}

/** A server and an edge before it. */
export interface ProbedEdge {
  readonly url: string;
  readonly port: number;
  readonly service: DescService;
  /** Path of the FileDescriptorSet. */
  readonly descriptors: string;
  readonly seen: SeenCall[];
  /** Port of the server itself. */
  readonly upstreamPort: number;
  client(transport: Transport): Client<DescService>;
  /** Cuts every connection of the server, and lets new ones come. */
  cutUpstream(): void;
  stopUpstream(): Promise<void>;
  stop(): Promise<void>;
}

/** A request of the probe. */
export interface ProbeRequest {
  readonly text?: string;
  readonly failCode?: number;
  readonly waitMs?: number;
  readonly to?: number;
  readonly bytes?: number;
}

/** Certificate and key of the server behind, PEM; without them it speaks cleartext. */
export interface UpstreamTls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Starts both. */
export async function startProbedEdge(args: readonly string[] = [], tls?: UpstreamTls): Promise<ProbedEdge> {
  const folder = mkdtempSync(join(tmpdir(), "malla-probe-"));
  const descriptors = join(folder, "probe.binpb");
  buildDescriptors(descriptors);
  const service = readService(descriptors);
  const seen: SeenCall[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const answer = connectNodeAdapter({
    routes: (router) => router.service(service, probe(seen)),
    acceptCompression: [compressionGzip, compressionBrotli],
  });
  const upstream = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  upstream.on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  const upstreamPort = await listening(upstream);
  const edge = await startProgram([
    ...["--descriptors", descriptors],
    ...["--upstream", `${tls === undefined ? "http" : "https"}://127.0.0.1:${upstreamPort}`],
    ...["--listen", "127.0.0.1:0", "--log-level", "silent", ...args],
  ]);
  if ("text" in edge) {
    throw new Error(`the program did not start but said ${edge.text}`);
  }
  const cutUpstream = () => {
    for (const session of sessions) {
      session.destroy();
    }
  };
  const stopUpstream = async () => {
    const closed = new Promise((done) => upstream.close(done));
    cutUpstream();
    await closed;
  };
  return {
    url: edge.listen,
    port: Number(new URL(edge.listen).port),
    service,
    descriptors,
    seen,
    upstreamPort,
    client: (transport) => createClient(service, transport),
    cutUpstream,
    stopUpstream,
    async stop() {
      await edge.close();
      await stopUpstream();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function buildDescriptors(path: string): void {
  const config = JSON.stringify({
    version: "v2",
    modules: [
      { path: "gateway/edge/testdata" },
      { path: googleapis, includes: [`${googleapis}/google/api`], excludes: [`${googleapis}/google/api/expr`] },
      { path: ".malla/cache/protovalidate" },
    ],
  });
  const args = ["build", ".", "--config", config, "--path", "gateway/edge/testdata/probe.proto", "-o", path];
  execFileSync(join(root, "node_modules/.bin/buf"), args, { cwd: root });
}

function readService(path: string): DescService {
  const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path))).getService(
    "probe.v1.Probe",
  );
  if (service === undefined) {
    throw new Error("probe.proto has no service");
  }
  return service;
}

function listening(server: Http2Server | Http2SecureServer): Promise<number> {
  return new Promise((done) =>
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      done(typeof bound === "object" && bound !== null ? bound.port : 0);
    }),
  );
}

type Echo = Message & ProbeRequest & { readonly amountMinor?: bigint };

/** The server. Every answer has a header and a trailer. */
function probe(seen: SeenCall[]): ServiceImpl<DescService> {
  const see = (context: HandlerContext) => {
    const left = new Promise<void>((done) => context.signal.addEventListener("abort", () => done(), { once: true }));
    const call: SeenCall = {
      method: context.method.name,
      header: context.requestHeader,
      timeoutMs: context.timeoutMs(),
      left,
      sent: 0,
    };
    seen.push(call);
    context.responseHeader.set("x-probe-header", "h");
    // Lets a page of another origin see by which protocol an answer came (Resource Timing, 3.5).
    context.responseHeader.set("timing-allow-origin", "*");
    context.responseTrailer.set("x-probe-trailer", "t");
    return call;
  };
  const obey = async ({ failCode = 0, waitMs = 0 }: Echo, { signal }: HandlerContext) => {
    if (waitMs !== 0) {
      await delay(waitMs < 0 ? 60_000 : waitMs, undefined, { signal });
    }
    if (failCode !== 0) {
      throw failure(failCode);
    }
  };
  const echo = async (request: Echo, context: HandlerContext) => {
    see(context);
    await obey(request, context);
    return { text: request.text, amountMinor: request.amountMinor ?? 0n };
  };
  const methods = {
    echo,
    echoUnread: echo,
    async *count({ to = 0, failCode = 0, bytes = 0 }: Echo, context: HandlerContext) {
      const call = see(context);
      for (let number = 1; number <= to; number++) {
        call.sent++;
        yield { text: bytes > 0 ? "x".repeat(bytes) : String(number) };
      }
      if (failCode !== 0) {
        throw failure(failCode);
      }
    },
    async join(requests: AsyncIterable<Echo>, context: HandlerContext) {
      see(context);
      let text = "";
      for await (const request of requests) {
        text += request.text;
        await obey(request, context);
      }
      return { text };
    },
    async *chat(requests: AsyncIterable<Echo>, context: HandlerContext) {
      see(context);
      for await (const request of requests) {
        await obey(request, context);
        yield { text: request.text };
      }
    },
  };
  // Types of the descriptors are known at run time alone.
  return methods as unknown as ServiceImpl<DescService>;
}

function failure(code: number): ConnectError {
  return new ConnectError("told to fail: ação", code, { "x-probe-trailer": "t" }, [
    { desc: ErrorInfoSchema, value: { reason: "TOLD_TO", domain: "probe" } },
  ]);
}
