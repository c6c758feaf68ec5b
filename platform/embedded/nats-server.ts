/** A real nats-server with JetStream for development, tests and benches. */
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { compare, findNatsProgram, type NatsProgram } from "./nats-binary.ts";
import { keptPort } from "./ports.ts";
import type { EmbeddedServerOptions } from "./postgres.ts";
import { keptSecret } from "./secrets.ts";
import { commandLineOf, endProcess, isAlive, lastLines, startProgram, until } from "./server-process.ts";
import type { StateFolder } from "./state-folder.ts";

/** A nats-server that runs. */
export interface EmbeddedNats {
  readonly port: number;
  readonly pid: number;
  /** nats://user:password@host:port */
  readonly url: string;
  /** e.g. "2.12.3" */
  readonly version: string;
  stop(): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again after stop or kill, on the same port; `forget` deletes its store first. */
  start(how: { readonly forget: boolean }): Promise<void>;
}

const USER = "malla";
const START_MS = 15_000;
const STOP_STEPS = [
  ["SIGTERM", 5_000],
  ["SIGKILL", 5_000],
] as const;
/** First version that can sync each message to disk before acknowledging it. */
const SYNC_ALWAYS_SINCE = [2, 10, 0];

/** Starts nats-server on the state folder's store. */
export async function startNatsServer({ state, progress }: EmbeddedServerOptions): Promise<EmbeddedNats> {
  const program = await findNatsProgram(state, process.env["PATH"] ?? "", progress);
  const password = keptSecret(state, "nats");
  await endStale(state, progress);
  const port = await keptPort(join(state.run, "nats.port"));
  const configFile = join(state.nats, "nats.conf");
  writeFileSync(configFile, configuration(program, state, port, password), { mode: 0o600 });
  let pid = await launch(program, configFile, port, state);
  return {
    port,
    get pid() {
      return pid;
    },
    url: `nats://${USER}:${password}@127.0.0.1:${port}`,
    version: program.version.join("."),
    stop: () => endProcess(pid, STOP_STEPS),
    kill: () => endProcess(pid, [["SIGKILL", 5_000]]),
    async start({ forget }) {
      if (forget) {
        rmSync(storeFolder(state), { recursive: true, force: true });
      }
      pid = await launch(program, configFile, port, state);
    },
  };
}

function storeFolder(state: StateFolder): string {
  return join(state.nats, "store");
}

function configuration(program: NatsProgram, state: StateFolder, port: number, password: string): string {
  const syncAlways = compare(program.version, SYNC_ALWAYS_SINCE) >= 0;
  return [
    `listen: "127.0.0.1:${port}"`,
    `server_name: "malla-embedded"`,
    `pid_file: ${JSON.stringify(join(state.nats, "nats.pid"))}`,
    "max_payload: 1MB",
    `authorization { user: ${USER}, password: ${JSON.stringify(password)} }`,
    "jetstream {",
    `  store_dir: ${JSON.stringify(storeFolder(state))}`,
    ...(syncAlways ? ["  sync_interval: always"] : []),
    "}",
    "",
  ].join("\n");
}

async function launch(program: NatsProgram, configFile: string, port: number, state: StateFolder): Promise<number> {
  const logFile = join(state.logs, "nats.log");
  const child = startProgram(program.path, ["-c", configFile], logFile);
  await Promise.race([once(child, "spawn"), once(child, "error").then(([error]) => Promise.reject(error))]);
  child.unref();
  let answers = false;
  const probe = () => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("data", (greeting) => {
      answers = greeting.toString().startsWith("INFO");
      socket.destroy();
    });
    socket.once("error", () => setTimeout(probe, 20));
  };
  probe();
  await until(
    () => answers || child.exitCode !== null,
    START_MS,
    () => `nats-server is not ready after ${START_MS / 1000} s; see ${logFile}`,
  );
  if (child.exitCode !== null) {
    throw new Error(`nats-server ended at start; ${logFile} says:\n${lastLines(logFile)}`);
  }
  return child.pid ?? 0;
}

/** What a start that was killed left running on this store. */
async function endStale(state: StateFolder, progress: (line: string) => void): Promise<void> {
  let pid = Number.NaN;
  try {
    pid = Number(readFileSync(join(state.nats, "nats.pid"), "utf8"));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      throw error;
    }
  }
  if (Number.isInteger(pid) && isAlive(pid) && commandLineOf(pid).includes(state.nats)) {
    progress(`nats-server: ending process ${pid}, left over from an earlier start`);
    await endProcess(pid, STOP_STEPS);
  }
}
