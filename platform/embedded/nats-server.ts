/** A real nats-server with JetStream for development, tests and benches. */
import { rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { compare, findNatsProgram, type NatsProgram } from "./nats-binary.ts";
import { keptPort } from "./ports.ts";
import type { EmbeddedServerOptions } from "./postgres.ts";
import { keptSecret } from "./secrets.ts";
import { type EndSteps, endLeftovers, type ServerProcess, startServer } from "./server-process.ts";
import type { StateFolder } from "./state-folder.ts";

/** A nats-server that runs. */
export interface EmbeddedNats {
  readonly port: number;
  readonly pid: number;
  /** nats://user:password@host:port */
  readonly url: string;
  /** e.g. "2.12.15" */
  readonly version: string;
  /** Where JetStream keeps its messages. */
  readonly storeFolder: string;
  stop(): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again after stop or kill, on the same port; `forget` deletes its store first. */
  start(how: { readonly forget: boolean }): Promise<void>;
  /** Ends it by force, and waits for nothing. */
  abort(): void;
}

const USER = "malla";
const START_MS = 15_000;
/** How long one look at the port may take. */
const GREETING_MS = 1_000;
const STOP_STEPS: EndSteps = [
  ["SIGTERM", 5_000],
  ["SIGKILL", 5_000],
];
/** First version that can sync each message to disk before acknowledging it. */
const SYNC_ALWAYS_SINCE = [2, 10, 0];

/** Starts nats-server on the state folder's store. */
export async function startNatsServer(options: EmbeddedServerOptions): Promise<EmbeddedNats> {
  const { state, progress, signal } = options;
  const program = await findNatsProgram({ state, searchPath: process.env["PATH"] ?? "", progress, signal });
  const password = keptSecret(state, "nats");
  await endLeftoverNats(state, progress);
  const port = await keptPort(join(state.run, "nats.port"));
  writeFileSync(configFile(state), configuration(program, state, port, password), { mode: 0o600 });
  let server = await launch(program, port, options);
  return {
    port,
    get pid() {
      return server.pid;
    },
    url: `nats://${USER}:${password}@127.0.0.1:${port}`,
    version: program.version.join("."),
    storeFolder: storeFolder(state),
    stop: () => server.end(STOP_STEPS),
    kill: () => server.end([["SIGKILL", 5_000]]),
    async start({ forget }) {
      if (forget) {
        rmSync(storeFolder(state), { recursive: true, force: true });
      }
      server = await launch(program, port, options);
    },
    abort: () => server.signal("SIGKILL"),
  };
}

/** Ends what a killed start left running on the state folder's store. */
export function endLeftoverNats(state: StateFolder, progress: (line: string) => void): Promise<void> {
  const isOurs = (commandLine: string) =>
    /^[^\0]*nats-server\0-c\0/.test(commandLine) && commandLine.includes(`\0${configFile(state)}\0`);
  return endLeftovers("nats-server", isOurs, STOP_STEPS, progress);
}

function configFile(state: StateFolder): string {
  return join(state.nats, "nats.conf");
}

function storeFolder(state: StateFolder): string {
  return join(state.nats, "store");
}

function configuration(program: NatsProgram, state: StateFolder, port: number, password: string): string {
  const syncAlways = compare(program.version, SYNC_ALWAYS_SINCE) >= 0;
  return [
    `listen: "127.0.0.1:${port}"`,
    `server_name: "malla-embedded"`,
    "max_payload: 1MB",
    `authorization { user: ${USER}, password: ${JSON.stringify(password)} }`,
    "jetstream {",
    `  store_dir: ${JSON.stringify(storeFolder(state))}`,
    ...(syncAlways ? ["  sync_interval: always"] : []),
    "}",
    "",
  ].join("\n");
}

function launch(program: NatsProgram, port: number, { state, signal }: EmbeddedServerOptions): Promise<ServerProcess> {
  return startServer({
    name: "nats-server",
    program: program.path,
    args: ["-c", configFile(state)],
    logFile: join(state.logs, "nats.log"),
    isReady: () => greets(port),
    readyWithinMs: START_MS,
    signal,
  });
}

/** A NATS server greets who connects with its INFO, once it serves, JetStream included. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port, timeout: GREETING_MS });
    const answer = (greeted: boolean) => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once("data", (greeting) => answer(greeting.toString().startsWith("INFO")));
    socket.once("timeout", () => answer(false));
    socket.once("error", () => answer(false));
  });
}
