/** moov-io/watchman's server program, built once with Go from the module proxy into a folder. Apache-2.0; it runs as a process of its own. */
import { spawn } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "#platform/config/settings.ts";

/** The version that is built, and that the tests know. */
export const WATCHMAN_VERSION = "0.60.0";
const MODULE = `github.com/moov-io/watchman@v${WATCHMAN_VERSION}`;

/** Whether the proxy can be reached is known, and the module (58 MB) is there, within this time, in milliseconds. */
const DOWNLOAD_MS = 180_000;
/** It depends on 80 other modules: measured 4 min on one core with nothing cached, 5 s with all of it. */
const BUILD_MS = 900_000;

/** How it is built. */
export interface WatchmanBuild {
  /** Where the program is put, e.g. .malla/bin. */
  readonly bin: string;
  /** Go is looked for on its PATH, and finds its own settings in it. */
  readonly environment: Environment;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Where the program of this version is, built or to be built. */
export function watchmanProgram(bin: string): string {
  return join(bin, `watchman-${WATCHMAN_VERSION}`);
}

/**
 * The path of the program; builds it where it is not there yet. Go checks the module against its checksum database, and
 * the modules that it stands on against its own go.sum.
 *
 * @throws Error with the reason in one line where Go or the proxy is not at hand
 */
export async function buildWatchman({ bin, environment, progress, signal }: WatchmanBuild): Promise<string> {
  const program = watchmanProgram(bin);
  if (existsSync(program)) {
    return program;
  }
  progress(`watchman: fetching ${MODULE}`);
  const answer: unknown = JSON.parse(
    await go(["mod", "download", "-json", MODULE], {
      cwd: "/",
      timeoutMs: DOWNLOAD_MS,
      flags: "-mod=mod",
      environment,
      signal,
    }),
  );
  if (typeof answer !== "object" || answer === null || !("Dir" in answer) || typeof answer.Dir !== "string") {
    throw new Error(`go mod download ${MODULE} names no folder`);
  }
  progress("watchman: building with Go, which takes some minutes the first time");
  // Another start may build at the same time: each into a file of its own, and the last one finished stays.
  const scratch = `${program}.${process.pid}`;
  try {
    await go(["build", "-trimpath", "-ldflags=-s -w", "-o", scratch, "./cmd/server"], {
      cwd: answer.Dir,
      timeoutMs: BUILD_MS,
      flags: "-mod=readonly -buildvcs=false",
      environment,
      signal,
    });
    renameSync(scratch, program);
  } finally {
    rmSync(scratch, { force: true });
  }
  return program;
}

interface GoOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly flags: string;
  readonly environment: Environment;
  readonly signal: AbortSignal | undefined;
}

/** Runs Go and gives what it printed; rejects with the last thing it said when it fails. */
function go(args: readonly string[], { cwd, timeoutMs, flags, environment, signal }: GoOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, {
      cwd,
      env: { ...environment, GOFLAGS: flags, CGO_ENABLED: "0" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    let printed = "";
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    });
    child.on("error", (error) =>
      reject("code" in error && error.code === "ENOENT" ? new Error("Go is not installed") : error),
    );
    child.on("close", (code, killedBy) => {
      if (code === 0) {
        resolve(printed);
      } else if (killedBy !== null) {
        reject(new Error(`go ${args[0]} did not end within ${timeoutMs / 1000} s`));
      } else {
        // With -json, Go puts the reason into what it prints.
        reject(
          new Error(
            /"Error": "([^"]*)"/.exec(printed)?.[1] ?? (said.trim().split("\n").at(-1) || `go ended with ${code}`),
          ),
        );
      }
    });
  });
}
