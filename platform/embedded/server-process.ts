/** A server program started, watched and ended; and what a crashed start left running, ended too. */
import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openLogFile } from "./log-file.ts";
import { identityOf } from "./process-lock.mjs";

/** Signals in the order they are tried, each with the time it is given, in milliseconds. */
export type EndSteps = readonly (readonly [NodeJS.Signals, number])[];

/** A server that was started here. */
export interface ServerProcess {
  readonly pid: number;
  hasEnded(): boolean;
  /** Ends it, unless it has ended. */
  end(steps: EndSteps): Promise<void>;
  /** Sends it a signal, unless it has ended, and waits for nothing. */
  signal(signal: NodeJS.Signals): void;
}

/** What to start. */
export interface ServerProgram {
  /** Name for messages. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly options?: SpawnOptions;
  /** Whether it serves now. */
  readonly isReady: (pid: number) => boolean | Promise<boolean>;
  readonly readyWithinMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How often a condition is looked at, in milliseconds. */
const POLL_MS = 10;
/** For a server that did not become ready. */
const GIVE_UP: EndSteps = [
  ["SIGQUIT", 2_000],
  ["SIGKILL", 5_000],
];

/** Waits until `holds`; fails with `why` after `timeoutMs`, and with the signal's reason when that is aborted. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
  why: () => string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      throw new Error(why());
    }
    await delay(POLL_MS);
  }
}

/**
 * Starts a server and waits until it is ready. Its output goes to the log file. It gets a process group of its own, so
 * that Ctrl-C in a terminal reaches only who started it, who then ends it in order; and it outlives who started it only
 * if that was killed.
 */
export async function startServer(start: ServerProgram): Promise<ServerProcess> {
  const { name, program, args, options, logFile, isReady, readyWithinMs, signal } = start;
  const log = openLogFile(logFile);
  const child = spawn(program, args, {
    ...options,
    stdio: ["ignore", log.descriptor, log.descriptor],
    detached: true,
  });
  closeSync(log.descriptor);
  await once(child, "spawn");
  child.unref();
  const pid = child.pid ?? 0;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const server: ServerProcess = {
    pid,
    hasEnded,
    end: async (steps) => (hasEnded() ? undefined : endProcess(pid, steps)),
    signal: (kind) => child.kill(kind),
  };
  try {
    await until(
      () => hasEnded() || isReady(pid),
      readyWithinMs,
      () => `${name} is not ready after ${readyWithinMs / 1000} s; see ${logFile}`,
      signal,
    );
  } catch (error) {
    await server.end(GIVE_UP);
    throw error;
  }
  if (hasEnded()) {
    throw new Error(`${name} ended at start; ${logFile} says:\n${log.lastLines()}`);
  }
  return server;
}

/** Whether a process runs; one that ended but was not reaped does not. */
export function isAlive(pid: number): boolean {
  return identityOf(pid) !== undefined;
}

/** Processes whose command line satisfies `isMeant`. It is given as Linux keeps it: arguments end with a NUL. */
export function processesWith(isMeant: (commandLine: string) => boolean): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => isMeant(commandLineOf(pid)) && isAlive(pid));
}

/** Ends what an earlier start left running: those it means are asked again until none is left. */
export async function endLeftovers(
  name: string,
  isMeant: (commandLine: string) => boolean,
  steps: EndSteps,
  progress: (line: string) => void,
): Promise<void> {
  for (const pid of process.platform === "linux" ? processesWith(isMeant) : []) {
    if (isAlive(pid)) {
      progress(`${name}: ending process ${pid}, left over from an earlier start`);
      await endProcess(pid, steps);
    }
  }
}

/** Sends the signals in turn, each given its time, until the process is gone. */
export async function endProcess(pid: number, steps: EndSteps): Promise<void> {
  const identity = identityOf(pid);
  const isGone = () => identity === undefined || identityOf(pid) !== identity;
  for (const [signal, graceMs] of steps) {
    if (!isGone()) {
      send(pid, signal);
    }
    const deadline = Date.now() + graceMs;
    while (!isGone() && Date.now() < deadline) {
      await delay(POLL_MS);
    }
  }
  if (!isGone()) {
    throw new Error(`process ${pid} does not end`);
  }
}

/** It may end between being looked at and being sent a signal: then that is what was wanted. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, "ESRCH")) {
      throw error;
    }
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ESRCH")) {
      return "";
    }
    throw error;
  }
}

/** Whether an error of the operating system has the code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
