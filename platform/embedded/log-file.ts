/** Log files of the programs that the embedded mesh runs. */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";

/** Size at which a log is moved aside (to `<file>.1`) before a program starts, in bytes: two of them fit any disk. */
const MAX_BYTES = 20 * 1024 * 1024;
/** How far back the last lines are looked for, in bytes. */
const TAIL_BYTES = 16 * 1024;

/** A log file opened for a program that is about to start. */
export interface LogFile {
  /** File descriptor to give to the program; close it here once the program has it. */
  readonly descriptor: number;
  /** The last lines written since the file was opened, for error messages. */
  lastLines(): string;
}

/** Opens the log for appending. */
export function openLogFile(path: string): LogFile {
  if (existsSync(path) && statSync(path).size > MAX_BYTES) {
    renameSync(path, `${path}.1`);
  }
  const descriptor = openSync(path, "a");
  const startsAt = fstatSync(descriptor).size;
  return { descriptor, lastLines: () => lastLines(path, startsAt) };
}

function lastLines(path: string, startsAt: number, count = 5): string {
  const file = openSync(path, "r");
  try {
    const end = fstatSync(file).size;
    const start = Math.max(startsAt, end - TAIL_BYTES);
    const bytes = Buffer.alloc(Math.max(0, end - start));
    const length = readSync(file, bytes, 0, bytes.length, start);
    return bytes.subarray(0, length).toString("utf8").trimEnd().split("\n").slice(-count).join("\n");
  } finally {
    closeSync(file);
  }
}
