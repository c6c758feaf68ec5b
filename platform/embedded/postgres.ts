/** A real PostgreSQL for development, tests and benches, durable as in production. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { keptPort } from "./ports.ts";
import { makePostgresCluster } from "./postgres-cluster.ts";
import { dataFolder, openPostgresHome, type PostgresHome } from "./postgres-home.ts";
import { keptSecret } from "./secrets.ts";
import { type EndSteps, endLeftovers, hasCode, type ServerProcess, startServer } from "./server-process.ts";
import { ensureServiceDatabase, type ServiceDatabaseUrls } from "./service-database.ts";
import type { StateFolder } from "./state-folder.ts";

/** A PostgreSQL that runs. */
export interface EmbeddedPostgres {
  readonly port: number;
  /** The server process now; another one after a restart. */
  readonly pid: number;
  /** URL of the superuser. */
  superuserUrl(database?: string): string;
  /** Makes the database of a service and its roles. */
  ensureServiceDatabase(name: string): Promise<ServiceDatabaseUrls>;
  stop(): Promise<void>;
  /** Stops and starts it on the same port; `immediate` cuts it short as a crash would. */
  restart(how: "fast" | "immediate"): Promise<void>;
  /** Cuts it short, and waits for nothing: the next start recovers. */
  abort(): void;
}

/** Where its state goes, and who hears of its progress. */
export interface EmbeddedServerOptions {
  readonly state: StateFolder;
  readonly progress: (line: string) => void;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal | undefined;
}

const SUPERUSER = "postgres";
/** Time to become ready, recovery after a crash included. */
const START_MS = 60_000;
/** Ends by disconnecting clients; then by giving up shared memory at once; then by force. */
const STOP_STEPS: EndSteps = [
  ["SIGINT", 10_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
];
const CRASH_STEPS: EndSteps = [
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
];

/** Settings on top of PostgreSQL's own: durability is spelled out because the bank's promises rest on it. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_connections: "300",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  timezone: "UTC",
  log_timezone: "UTC",
} as const;

/** Starts PostgreSQL on the state folder's data, which it makes the first time. */
export async function startPostgres(options: EmbeddedServerOptions): Promise<EmbeddedPostgres> {
  const { state, progress } = options;
  const home = openPostgresHome(state);
  const password = keptSecret(state, "postgres");
  if (!existsSync(join(home.data, "PG_VERSION"))) {
    progress("PostgreSQL: making a new database cluster");
    makePostgresCluster(home, SUPERUSER, password);
  }
  await endLeftoverPostgres(state, progress);
  const port = await keptPort(join(state.run, "postgres.port"));
  let server = await launch(home, port, options);

  const superuserUrl = (database = "postgres") =>
    `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  return {
    port,
    get pid() {
      return server.pid;
    },
    superuserUrl,
    ensureServiceDatabase: (name) => ensureServiceDatabase(superuserUrl(), name, (role) => keptSecret(state, role)),
    stop: () => server.end(STOP_STEPS),
    async restart(how) {
      await server.end(how === "fast" ? STOP_STEPS : CRASH_STEPS);
      server = await launch(home, port, options);
    },
    abort: () => server.signal("SIGQUIT"),
  };
}

/**
 * Ends what a killed start left running on the state folder's data: the server, or processes of it that outlived it.
 * Its lock file goes too. PostgreSQL itself would take any process that was given the same number since for the server.
 */
export async function endLeftoverPostgres(state: StateFolder, progress: (line: string) => void): Promise<void> {
  const data = dataFolder(state);
  const mark = clusterName(data);
  const isOurs = (commandLine: string) =>
    commandLine.includes(mark) && /^(postgres: |[^\0]*\/bin\/postgres\0)/.test(commandLine);
  await endLeftovers("PostgreSQL", isOurs, STOP_STEPS, progress);
  rmSync(join(data, "postmaster.pid"), { force: true });
}

/** Stands in the command line of the server and of every process of it. */
function clusterName(data: string): string {
  return `malla-${createHash("sha256").update(data).digest("hex").slice(0, 16)}`;
}

function launch(home: PostgresHome, port: number, { state, signal }: EmbeddedServerOptions): Promise<ServerProcess> {
  const settings = { ...SETTINGS, port: String(port), cluster_name: clusterName(home.data) };
  return startServer({
    name: "PostgreSQL",
    program: join(home.bin, "postgres"),
    args: ["-D", home.data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    logFile: join(state.logs, "postgres.log"),
    options: { ...home.runAs, cwd: "/" },
    isReady: (pid) => isReady(home, pid),
    readyWithinMs: START_MS,
    signal,
  });
}

/** Line 8 of postmaster.pid says "ready" once connections are taken (PostgreSQL, miscadmin.h). */
function isReady(home: PostgresHome, pid: number): boolean {
  try {
    const lines = readFileSync(join(home.data, "postmaster.pid"), "utf8").split("\n");
    return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return false;
    }
    throw error;
  }
}
