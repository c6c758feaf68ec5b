/** `npm run bench:ledger`: how much the ledger takes through its real interface, beside TPC-B on the same PostgreSQL. */
import { mkdtempSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import postgresClient from "postgres";
import { removeStateFolder } from "#platform/embedded/postgres-home.ts";
import { openParts } from "../deploy/embedded/parts.ts";
import { hearStopSignals } from "../deploy/embedded/stop-signals.ts";
import { markdown, type Table } from "./ledger/figures.ts";
import { type Ground, openGround } from "./ledger/ground.ts";
import { measureGrowth } from "./ledger/measure-growth.ts";
import { measureRecovery } from "./ledger/measure-recovery.ts";
import { measureRest } from "./ledger/measure-rest.ts";
import { measureShapes } from "./ledger/measure-shapes.ts";
import { measureStorage } from "./ledger/measure-storage.ts";
import { type Baseline, measureTpcb } from "./ledger/measure-tpcb.ts";
import { type BenchOptions, HELP, type PartName, readOptions } from "./ledger/options.ts";
import { INSTALL, openTpcb } from "./ledger/pgbench.ts";

/** Exit code of a program that Ctrl-C ended, as shells have it. */
const EXIT_STOPPED = 130;
/** Exit code of a program that was called wrongly. */
const EXIT_USAGE = 2;

const progress = (line: string) =>
  process.stderr.write(`  ${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}\n`);

process.exitCode = await start(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
});
// Whatever a part may have left open must not hold up the end.
process.exit();

/** Gives the exit code. */
async function start(args: string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
    return EXIT_USAGE;
  }
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  return run(options);
}

async function run(options: BenchOptions): Promise<number> {
  const signals = hearStopSignals((line) => process.stderr.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), "malla-bench-"));
  const parts = openParts(signals.force);
  const stopped = signals.asked.then((): number => EXIT_STOPPED);
  const work = async () => {
    const ground = await openGround(folder, parts, options.wireKind, progress, signals.stop);
    print(await header(ground));
    return measure(ground, options, signals.stop);
  };
  try {
    const done = work();
    // Once it was asked to stop, what fails in the middle is no news.
    return await Promise.race([
      done.catch((error) => (signals.stop.aborted ? stopped : Promise.reject(error))),
      stopped,
    ]);
  } finally {
    await parts.stop(progress);
    removeStateFolder({ path: folder });
  }
}

/** Runs the parts that were asked for; one that fails says so, and the others run all the same. Gives the exit code. */
async function measure(ground: Ground, options: BenchOptions, signal: AbortSignal): Promise<number> {
  let failures = 0;
  const attempt = async <Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      failures++;
      progress(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const has = (...names: PartName[]) => names.some((name) => options.only.has(name));
  const baseline = has("tpcb") ? await attempt("TPC-B", () => openBaseline(ground, options, signal)) : undefined;
  const openLedger = (name: string) =>
    attempt("the ledger's start", () =>
      ground.openLedger({ name, accounts: options.accounts, keepsHistory: options.keepsHistory }),
    );
  const ledger = has("unary", "stream", "batch", "load", "storage", "rest") ? await openLedger("ledger") : undefined;
  if (ledger !== undefined) {
    if (has("unary", "stream", "batch", "load")) {
      await attempt("shapes", async () => print(await measureShapes(ground, ledger, baseline, options)));
    }
    if (has("storage")) {
      await attempt("storage", async () => print(await measureStorage(ground, ledger, options)));
    }
    if (has("rest")) {
      await attempt("REST", async () => print(await measureRest(ground, ledger, baseline, options)));
    }
    await ledger.process.stop();
  }
  const empty = has("growth", "recovery") ? await openLedger("ledger_growth") : undefined;
  if (empty !== undefined) {
    const filled = await attempt("growth", () => measureGrowth(ground, empty, options));
    if (filled !== undefined) {
      print(filled.table);
      if (has("recovery")) {
        await attempt("recovery", async () => print(await measureRecovery(ground, empty, filled.transfers)));
      }
    }
  }
  return failures === 0 ? 0 : 1;
}

async function openBaseline(
  ground: Ground,
  { seconds }: BenchOptions,
  signal: AbortSignal,
): Promise<Baseline | undefined> {
  progress("TPC-B: filling pgbench's tables");
  const tpcb = await openTpcb(ground.postgres, signal);
  if (tpcb === undefined) {
    progress(`TPC-B: there is no pgbench, so there are no ratios; to have them: ${INSTALL}`);
    return undefined;
  }
  const baseline = await measureTpcb(tpcb, seconds, progress);
  print(baseline.table);
  return baseline;
}

async function header({ nats, postgres, wireKind }: Ground): Promise<string> {
  const sql = postgresClient(postgres.superuserUrl(), { max: 1 });
  const [settings] = await sql`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
           current_setting('synchronous_commit') as commit, current_setting('shared_buffers') as buffers,
           current_setting('max_wal_size') as wal`.finally(() => sql.end());
  return [
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, nats-server ${nats.version}.`,
    `PostgreSQL ${settings?.["version"]}: fsync ${settings?.["fsync"]}, synchronous_commit ${settings?.["commit"]},`,
    `shared_buffers ${settings?.["buffers"]}, max_wal_size ${settings?.["wal"]}. Everything runs on this machine, the client (${wireKind}) too.`,
    "",
  ].join("\n");
}

function print(what: Table | string): void {
  process.stdout.write(`${typeof what === "string" ? what : markdown(what)}\n`);
}
