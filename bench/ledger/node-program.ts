/** A Node program as a process that is killed and started by the bench alone: nothing starts it anew. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { openLogFile } from "#platform/embedded/log-file.ts";
import type { Part } from "../../deploy/embedded/parts.ts";

/** A program that was started. */
export interface NodeProgram extends Part {
  readonly pid: number;
  /** Where it listens, once it says that it is ready; rejects when it ends before. */
  readonly ready: Promise<string>;
  /** Ends it as kill -9 does, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Time to end when asked, in milliseconds. */
const STOP_MS = 15_000;

/** Starts a program. Its output goes to the log file. */
export function startNodeProgram(
  name: string,
  path: string,
  env: Record<string, string>,
  logFile: string,
  nodeOptions: readonly string[] = [],
): NodeProgram {
  const log = openLogFile(logFile);
  const execArgv = [...process.execArgv, ...nodeOptions];
  const child = fork(path, [], {
    env,
    execArgv,
    stdio: ["ignore", log.descriptor, log.descriptor, "ipc"],
    detached: true,
  });
  closeSync(log.descriptor);
  const gone = once(child, "exit");
  const ready = new Promise<string>((resolve, reject) => {
    child.on("message", (message) => {
      if (typeof message === "object" && message !== null && "listen" in message) {
        resolve(String(message.listen));
      }
    });
    child.once("exit", (code, signal) =>
      reject(new Error(`${name} ended before it was ready (${signal ?? `exit code ${code}`}):\n${log.lastLines()}`)),
    );
  });
  // Who does not wait for it is told by what it asks of the program.
  ready.catch(() => {});
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await gone;
    }
  };
  return {
    pid: child.pid ?? 0,
    ready,
    kill: () => end("SIGKILL"),
    async stop() {
      const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await end("SIGTERM");
      clearTimeout(force);
    },
    abort: () => child.kill("SIGKILL"),
  };
}
