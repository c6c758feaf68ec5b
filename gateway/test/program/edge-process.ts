/** The program as users run it: a process of its own, told everything by its arguments. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./descriptors.ts";

/** A program that runs. */
export interface EdgeProcess {
  readonly url: URL;
  readonly child: ChildProcess;
  /** All it said on stderr. */
  log(): string;
  /** Asks it to end, and waits. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Longest wait for the line that says it listens. */
const START_MS = 20_000;

/** Starts it on a free port, and waits until it listens. */
export async function startEdge(args: readonly string[]): Promise<EdgeProcess> {
  const { child, exited, log } = spawnEdge(["--listen", "127.0.0.1:0", ...args]);
  if (child.stdout === null) throw new Error("the child has no stdout");
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, "line", { signal: AbortSignal.timeout(START_MS) }).then(([text]) => String(text)),
    exited.then((code) => {
      throw new Error(`the edge ended with ${code}: ${log()}`);
    }),
  ]);
  const [, url] = /^listening on (\S+)$/.exec(line) ?? [];
  if (url === undefined) throw new Error(`expected "listening on ...", got "${line}"`);
  return {
    url: new URL(url),
    child,
    log,
    async stop() {
      child.kill("SIGTERM");
      return await exited;
    },
  };
}

/** Runs it to its end, as for `--check`. */
export async function runEdge(args: readonly string[]): Promise<{ code: number | null; stdout: string; log: string }> {
  const { child, exited, log } = spawnEdge(args);
  let stdout = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  return { code: await exited, stdout, log: log() };
}

function spawnEdge(args: readonly string[]) {
  const child = spawn(process.execPath, [join(root, "gateway/main.ts"), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const exited = once(child, "close").then(([code]: (number | null)[]) => code ?? null);
  return { child, exited, log: () => text };
}
