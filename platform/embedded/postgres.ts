/** A real PostgreSQL for development, tests and benches, durable as in production. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keptPort } from "./ports.ts";
import { openPostgresHome, type PostgresHome } from "./postgres-home.ts";
import { keptSecret } from "./secrets.ts";
import { commandLineOf, endProcess, isAlive, lastLines, startProgram, until } from "./server-process.ts";
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
}

/** Where its state goes, and who hears of its progress. */
export interface EmbeddedServerOptions {
  readonly state: StateFolder;
  readonly progress: (line: string) => void;
}

const SUPERUSER = "postgres";
/** Time to become ready, recovery after a crash included. */
const START_MS = 60_000;
/** Ends by disconnecting clients; then by giving up shared memory at once; then by force. */
const STOP_STEPS = [
  ["SIGINT", 10_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
] as const;
const CRASH_STEPS = [
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
] as const;

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
export async function startPostgres({ state, progress }: EmbeddedServerOptions): Promise<EmbeddedPostgres> {
  const home = openPostgresHome(state);
  const password = keptSecret(state, "postgres");
  if (!existsSync(join(home.data, "PG_VERSION"))) {
    progress("PostgreSQL: making a new database cluster");
    initialise(home, password, state);
  }
  await endStale(home, progress);
  const port = await keptPort(join(state.run, "postgres.port"));
  let pid = await launch(home, port, state);

  const superuserUrl = (database = "postgres") =>
    `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  return {
    port,
    get pid() {
      return pid;
    },
    superuserUrl,
    ensureServiceDatabase: (name) => ensureServiceDatabase(superuserUrl(), name, (role) => keptSecret(state, role)),
    stop: () => endProcess(pid, STOP_STEPS),
    async restart(how) {
      await endProcess(pid, how === "fast" ? STOP_STEPS : CRASH_STEPS);
      pid = await launch(home, port, state);
    },
  };
}

/** Made beside its place and moved there when whole: a start that was cut short leaves nothing half done. */
function initialise(home: PostgresHome, password: string, state: StateFolder): void {
  const scratch = `${home.data}.new`;
  rmSync(scratch, { recursive: true, force: true });
  rmSync(home.data, { recursive: true, force: true });
  const passwordFile = join(home.data, "..", "superuser.password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (home.runAs !== undefined) {
    chownSync(passwordFile, home.runAs.uid, home.runAs.gid);
  }
  const options = ["--username", SUPERUSER, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8"];
  const locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"];
  const made = spawnSync(join(home.bin, "initdb"), ["--pgdata", scratch, "--data-checksums", ...options, ...locale], {
    ...home.runAs,
    cwd: "/",
    encoding: "utf8",
  });
  rmSync(passwordFile);
  if (made.status !== 0) {
    throw new Error(
      `PostgreSQL could not make its database cluster in ${state.postgres}: ${made.stderr}${made.error?.message ?? ""}`,
    );
  }
  renameSync(scratch, home.data);
}

/** What a start that was killed left running on this data. */
async function endStale(home: PostgresHome, progress: (line: string) => void): Promise<void> {
  const pid = Number(postmasterFile(home)?.[0]);
  if (Number.isInteger(pid) && isAlive(pid) && commandLineOf(pid).includes(home.data)) {
    progress(`PostgreSQL: ending process ${pid}, left over from an earlier start`);
    await endProcess(pid, STOP_STEPS);
  }
}

async function launch(home: PostgresHome, port: number, state: StateFolder): Promise<number> {
  const logFile = join(state.logs, "postgres.log");
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const child = startProgram(join(home.bin, "postgres"), ["-D", home.data, ...settings], logFile, {
    ...home.runAs,
    cwd: "/",
  });
  await Promise.race([once(child, "spawn"), once(child, "error").then(([error]) => Promise.reject(error))]);
  const pid = child.pid ?? 0;
  child.unref();
  // Line 8 of postmaster.pid says "ready" once connections are taken (PostgreSQL, miscadmin.h).
  await until(
    () =>
      child.exitCode !== null ||
      (Number(postmasterFile(home)?.[0]) === pid && postmasterFile(home)?.[7]?.trim() === "ready"),
    START_MS,
    () => `PostgreSQL is not ready after ${START_MS / 1000} s; see ${logFile}`,
  );
  if (child.exitCode !== null) {
    throw new Error(`PostgreSQL ended at start; ${logFile} says:\n${lastLines(logFile)}`);
  }
  return pid;
}

function postmasterFile(home: PostgresHome): string[] | undefined {
  const file = join(home.data, "postmaster.pid");
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
