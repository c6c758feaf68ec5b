/** A watchman server of our own, for the embedded mesh, tests and benches: on files, with no network. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment } from "#platform/config/settings.ts";
import { keptPort } from "#platform/embedded/ports.ts";
import { type EndSteps, endLeftovers, startServer } from "#platform/embedded/server-process.ts";
import type { StateFolder } from "#platform/embedded/state-folder.ts";
import { buildWatchman } from "./build-watchman.ts";

export interface WatchmanOptions {
  readonly state: Pick<StateFolder, "bin" | "run" | "logs">;
  /** Of this process: Go needs it to build. */
  readonly environment: Environment;
  readonly progress: (line: string) => void;
  /** Folder with sdn.csv, alt.csv, add.csv and sdn_comments.csv; one that is missing would be fetched. Default: the excerpt. */
  readonly lists?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface RunningWatchman {
  /** For MALLA_WATCHMAN_URL. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Ends it by force, and waits for nothing. */
  abort(): void;
}

const EXCERPT = fileURLToPath(new URL("../lists", import.meta.url));
/** Reading the whole list takes 5 s; it listens only after that. */
const START_MS = 60_000;
const PING_MS = 1_000;
const STOP_STEPS: EndSteps = [
  ["SIGTERM", 3_000],
  ["SIGKILL", 5_000],
];

/** Builds the program where it is missing, and starts it. @throws Error with the reason where it cannot be had */
export async function startWatchman(options: WatchmanOptions): Promise<RunningWatchman> {
  const { state, environment, progress, signal, lists = EXCERPT } = options;
  const program = await buildWatchman({ bin: state.bin, environment, progress, signal });
  // Its settings are in a file named in the environment, which is no part of a command line: the program's own folder is.
  await endLeftovers("watchman", (commandLine) => commandLine === `${program}\0${state.run}\0`, STOP_STEPS, progress);
  const port = await keptPort(join(state.run, "watchman.port"));
  const adminPort = await keptPort(join(state.run, "watchman-admin.port"));
  const settings = join(state.run, "watchman.yml");
  writeFileSync(settings, configuration(port, adminPort, lists), { mode: 0o600 });
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: "watchman",
    program,
    // It reads no arguments; this one tells whose process it is.
    args: [state.run],
    options: { env: { PATH: environment["PATH"] ?? "", APP_CONFIG: settings } },
    logFile: join(state.logs, "watchman.log"),
    isReady: () => answers(url),
    readyWithinMs: START_MS,
    signal,
  });
  return {
    url,
    pid: server.pid,
    stop: () => server.end(STOP_STEPS),
    kill: () => server.end([["SIGKILL", 5_000]]),
    abort: () => server.signal("SIGKILL"),
  };
}

/** Only the list whose files are given: any other would be fetched, and a start without network would fail. */
function configuration(port: number, adminPort: number, lists: string): string {
  return [
    "Watchman:",
    "  Servers:",
    `    BindAddress: "127.0.0.1:${port}"`,
    `    AdminAddress: "127.0.0.1:${adminPort}"`,
    "  Download:",
    `    InitialDataDirectory: ${JSON.stringify(lists)}`,
    '    IncludedLists: ["us_ofac"]',
    "",
  ].join("\n");
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(PING_MS) });
    return response.ok;
  } catch {
    return false; // Not yet: nobody listens before the lists are read.
  }
}
