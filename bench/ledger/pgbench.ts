/** The measure of all ratios: pgbench's TPC-B-like transaction, with prepared statements, on the same PostgreSQL. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import postgresClient from "postgres";
import type { EmbeddedPostgres } from "#platform/embedded/postgres.ts";
import { familySeconds } from "./cpu.ts";

/** A run of it. */
export interface TpcbRun {
  readonly clients: number;
  readonly transactionsPerSecond: number;
  readonly averageMs: number;
  readonly postgresCpuSeconds: number;
}

/** pgbench with its tables filled. */
export interface Tpcb {
  run(clients: number, seconds: number): Promise<TpcbRun>;
}

/** How to get it. */
export const INSTALL = "apt-get install -y postgresql";

const DATABASE = "tpcb";
/** Rows: 100,000 accounts, 10 tellers and one branch per unit. More clients than branches wait for each other. */
const SCALE = 20;
const DEBIAN = "/usr/lib/postgresql";

/** Fills pgbench's tables; undefined where there is no pgbench. */
export async function openTpcb(postgres: EmbeddedPostgres, signal: AbortSignal): Promise<Tpcb | undefined> {
  const program = findPgbench();
  if (program === undefined) {
    return undefined;
  }
  const url = new URL(postgres.superuserUrl());
  const connection = ["-h", url.hostname, "-p", url.port, "-U", url.username];
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(url.password) };
  const start = (args: readonly string[]) => run(program, [...connection, ...args], env, signal);
  await createDatabase(postgres);
  await start(["-i", "-q", "-s", String(SCALE), DATABASE]);
  return {
    async run(clients, seconds) {
      const threads = Math.min(clients, availableParallelism());
      const before = familySeconds(postgres.pid);
      const said = await start([
        "-M",
        "prepared",
        "-c",
        `${clients}`,
        "-j",
        `${threads}`,
        "-T",
        `${seconds}`,
        DATABASE,
      ]);
      return {
        clients,
        transactionsPerSecond: figure(said, /^tps = ([\d.]+)/m),
        averageMs: figure(said, /^latency average = ([\d.]+) ms/m),
        postgresCpuSeconds: familySeconds(postgres.pid) - before,
      };
    },
  };
}

async function createDatabase(postgres: EmbeddedPostgres): Promise<void> {
  const sql = postgresClient(postgres.superuserUrl(), { max: 1 });
  await sql`create database ${sql(DATABASE)}`.finally(() => sql.end());
}

/** On the path, or where Debian puts the newest. */
function findPgbench(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  // Debian's own first: what it has on the path is a wrapper that looks for a cluster of Debian's.
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
  return folders.map((folder) => join(folder, "pgbench")).find((path) => existsSync(path));
}

function figure(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) {
    throw new Error(`pgbench said what was not expected:\n${text}`);
  }
  return Number(found);
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, signal, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let said = "";
    let complained = "";
    child.stdout.on("data", (part: Buffer) => {
      said += part.toString();
    });
    child.stderr.on("data", (part: Buffer) => {
      complained += part.toString();
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${program} ended with ${code}: ${complained}`)),
    );
  });
}
