/** A server program started, watched and ended; and what a crashed start left running, ended too. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** How long a condition is waited for, and how often it is looked at, in milliseconds. */
const POLL_MS = 10;

/** Waits until `holds`, or fails with `why` after `timeoutMs`. */
export async function until(holds: () => boolean, timeoutMs: number, why: () => string): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(why());
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Starts a program whose output goes to a log file. It gets a process group of its own, so that Ctrl-C in a terminal
 * reaches only who started it, who then ends it in order.
 */
export function startProgram(
  program: string,
  args: readonly string[],
  logFile: string,
  options: SpawnOptions = {},
): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    return spawn(program, args, { ...options, stdio: ["ignore", log, log], detached: true });
  } finally {
    closeSync(log);
  }
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Command line of a process as one text; empty when there is none. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) {
      return "";
    }
    throw error;
  }
}

/** Sends the signals in turn, each given its time, until the process is gone. */
export async function endProcess(pid: number, steps: readonly (readonly [NodeJS.Signals, number])[]): Promise<void> {
  for (const [signal, graceMs] of steps) {
    if (!isAlive(pid)) {
      return;
    }
    process.kill(pid, signal);
    const deadline = Date.now() + graceMs;
    while (isAlive(pid) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  if (isAlive(pid)) {
    throw new Error(`process ${pid} does not end`);
  }
}

/** The last lines of a log file, for error messages. */
export function lastLines(file: string, count = 5): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}
