/** The processes that are measured, on the loopback interface of this machine. */
import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFileRegistry, fromBinary, fromJson, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Load } from "./load.ts";
import type { Job } from "./load-main.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const googleapis = "node_modules/google-gax/build/protos";

/** A process that serves. */
export interface Served {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  stop(): void;
}

/** What everything is measured with. */
export interface Ground {
  readonly descriptors: string;
  /** A request of the echo as JSON, and encoded, in hex. */
  readonly json: string;
  readonly message: string;
  startFloor(kind: "http1" | "http2"): Promise<Served>;
  startUpstream(): Promise<Served>;
  startEdge(upstream: Served, more?: readonly string[]): Promise<Served>;
  /** Runs one load in the generator. */
  load(job: Job): Promise<Load>;
  progress(line: string): void;
  stop(): void;
}

/** About 200 bytes, as a small order of a mobile app has. */
const REQUEST = {
  amountMinor: "1999900",
  currencyCode: "BRL",
  note: "Mensalidade de novembro",
  tags: ["app", "ios"],
  requestId: "018f0000-0000-7000-8000-000000000001",
  createTime: "2026-11-26T12:00:00.123Z",
};

/** Builds the descriptors and starts the generator. */
export async function openGround(progress: (line: string) => void): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "malla-bench-edge-"));
  const descriptors = join(folder, "echo.binpb");
  buildDescriptors(descriptors);
  const message = encodeRequest(descriptors);
  const children = new Set<ChildProcess>();
  const start = async (path: string, env: Record<string, string> = {}) => {
    const child = fork(join(here, path), { env: { ...process.env, ...env } });
    children.add(child);
    const { listen } = await said<{ listen: string }>(child);
    return { child, served: servedAt(child, listen) };
  };
  const generator = await start("load-main.ts");
  return {
    descriptors,
    json: JSON.stringify(REQUEST),
    message,
    startFloor: async (kind) => (await start("floor-main.ts", { MALLA_BENCH_FLOOR: kind })).served,
    startUpstream: async () => (await start("upstream-main.ts")).served,
    async startEdge(upstream, more = []) {
      const url = `http://${upstream.host}:${upstream.port}`;
      const args = ["--descriptors", descriptors, "--upstream", url, "--listen", "127.0.0.1:0", ...more];
      const child = spawn(process.execPath, [join(root, "gateway/main.ts"), ...args], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.add(child);
      const line = await new Promise<string>((resolve, reject) => {
        child.stdout?.once("data", (text: Buffer) => resolve(text.toString()));
        child.once("exit", (code) => reject(new Error(`the edge ended with ${code} before it listened`)));
      });
      return servedAt(child, line.trim().replace(/^.*\/\//, ""));
    },
    async load(job) {
      generator.child.send(job);
      const answer = await said<{ load?: Load; error?: string }>(generator.child);
      if (answer.load === undefined) {
        throw new Error(`the load failed: ${answer.error}`);
      }
      return answer.load;
    },
    progress,
    stop() {
      for (const child of children) {
        child.kill("SIGKILL");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function buildDescriptors(path: string): void {
  const config = JSON.stringify({
    version: "v2",
    modules: [
      { path: "bench/edge" },
      { path: googleapis, includes: [`${googleapis}/google/api`], excludes: [`${googleapis}/google/api/expr`] },
    ],
  });
  const args = ["build", ".", "--config", config, "--path", "bench/edge/echo.proto", "-o", path];
  execFileSync(join(root, "node_modules/.bin/buf"), args, { cwd: root, stdio: "inherit" });
}

function encodeRequest(descriptors: string): string {
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
  const desc = files.getMessage("bench.echo.v1.EchoRequest");
  if (desc === undefined) {
    throw new Error("echo.proto has no EchoRequest");
  }
  return Buffer.from(toBinary(desc, fromJson(desc, REQUEST))).toString("hex");
}

function servedAt(child: ChildProcess, listen: string): Served {
  const [host = "", port = "0"] = listen.split(":");
  return { pid: child.pid ?? 0, host, port: Number(port), stop: () => void child.kill("SIGKILL") };
}

function said<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error("a process of the bench ended"));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as Message);
    });
  });
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "";
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
