/** Transfers a second in each shape, in pairs with TPC-B. */
import { brief, median, type Table, whole } from "./figures.ts";
import { cores, runShape } from "./fill.ts";
import type { BenchLedger, Ground } from "./ground.ts";
import type { MeasuredLoad } from "./jobs.ts";
import { NotServedError } from "./load-process.ts";
import type { Baseline } from "./measure-tpcb.ts";
import type { BenchOptions } from "./options.ts";
import { type Accounts, SHAPES, type Shape } from "./shapes.ts";
import { settle } from "./storage.ts";

/** One measurement of a shape. */
interface Run {
  readonly load: MeasuredLoad;
  /** Of the same pair. */
  readonly tpcb: number | undefined;
  readonly settleSeconds: number | undefined;
}

/** What was measured of a shape, and why it was not. */
interface Row {
  readonly shape: Shape;
  readonly accounts: Accounts;
  readonly runs: Run[];
  failure?: string;
}

const ACCOUNTS: readonly Accounts[] = ["uniform", "hot"];

/** Measures the shapes whose ways were asked for. */
export async function measureShapes(
  ground: Ground,
  ledger: BenchLedger,
  baseline: Baseline | undefined,
  options: BenchOptions,
): Promise<Table> {
  const rows: Row[] = SHAPES.filter(({ way }) => options.only.has(way)).flatMap((shape) =>
    ACCOUNTS.map((accounts) => ({ shape, accounts, runs: [] })),
  );
  for (let pair = 1; pair <= options.pairs; pair++) {
    for (const shape of new Set(rows.map((row) => row.shape))) {
      const open = rows.filter((row) => row.shape === shape && row.failure === undefined);
      if (open.length === 0 || (pair > 1 && !shape.isHeadline)) {
        continue;
      }
      const tpcb = await baseline?.again();
      for (const row of open) {
        await measureOnce(ground, ledger, row, tpcb, options);
        ground.progress(`pair ${pair} of ${options.pairs}: ${row.shape.name}, ${row.accounts}: ${lastOf(row)}`);
      }
    }
  }
  return table(rows, ledger, options);
}

async function measureOnce(
  ground: Ground,
  ledger: BenchLedger,
  row: Row,
  tpcb: number | undefined,
  { seconds, warmupSeconds, settleSeconds }: BenchOptions,
): Promise<void> {
  const until = { kind: "seconds", seconds } as const;
  try {
    const load = await runShape(ground, ledger, row.shape, { accounts: row.accounts, warmupSeconds, until });
    row.runs.push({ load, tpcb, settleSeconds: await settle(ledger, settleSeconds * 1000) });
  } catch (error) {
    // A shape that fails says so in the table; the others are measured all the same.
    row.failure =
      error instanceof NotServedError ? "not served" : String(error instanceof Error ? error.message : error);
  }
}

function lastOf({ failure, runs }: Row): string {
  const last = runs.at(-1);
  if (failure !== undefined || last === undefined) {
    return failure ?? "not measured";
  }
  const rate = perSecond(last.load);
  const ratio = last.tpcb === undefined ? "" : `, ${brief(rate / last.tpcb)} x TPC-B`;
  const refused = Object.entries(last.load.refusals).map(([why, count]) => `; ${whole(count)} not booked: ${why}`);
  return `${whole(rate)} transfers/s${ratio}${refused.join("")}`;
}

function table(
  rows: readonly Row[],
  ledger: BenchLedger,
  { seconds, warmupSeconds, pairs, keepsHistory }: BenchOptions,
): Table {
  return {
    title: "Transfers through the gRPC interface",
    meaning: [
      `Over mutual TLS, answered when committed. ${seconds} s after ${warmupSeconds} s that are not counted; medians of n pairs of TPC-B, the`,
      `shape uniformly over ${whole(ledger.accountIds.count)} accounts, and the shape with one hot account in every transfer (headline shapes`,
      `${pairs} pairs, the others one). Every debit is checked against a balance constraint${keepsHistory ? ", every balance is kept" : ""}; new UUIDv7 ids.`,
      "p50 and p99: milliseconds from sending a request to its answer, after which the next is sent. x TPC-B: the ratio within a",
      "pair; lowest to highest: of the pairs. Cores: CPU seconds a second. Catching up: seconds after the load until history and events have all of it. Not booked: refused transfers.",
    ],
    columns: [
      "shape",
      "accounts",
      "n",
      "transfers/s",
      "x TPC-B",
      "lowest to highest",
      "p50",
      "p99",
      "cores: ledger",
      "PostgreSQL",
      "client",
      "catching up, s",
      "not booked",
    ],
    rows: rows.map(cells),
  };
}

function cells({ shape, accounts, runs, failure }: Row): string[] {
  const of = (value: (run: Run) => number | undefined) => median(runs.map((run) => value(run) ?? Number.NaN));
  const ratios = runs.flatMap(({ load, tpcb }) => (tpcb === undefined ? [] : [perSecond(load) / tpcb]));
  const refused = runs.reduce((sum, { load }) => sum + Object.values(load.refusals).reduce((a, b) => a + b, 0), 0);
  return [
    shape.isHeadline ? `**${shape.name}**` : shape.name,
    accounts,
    String(runs.length),
    failure ?? whole(of(({ load }) => perSecond(load))),
    brief(ratios.length === 0 ? undefined : median(ratios)),
    ratios.length < 2 ? "" : `${brief(Math.min(...ratios))} to ${brief(Math.max(...ratios))}`,
    brief(of(({ load }) => load.p50Ms)),
    brief(of(({ load }) => load.p99Ms)),
    brief(of(({ load }) => cores(load).ledger)),
    brief(of(({ load }) => cores(load).postgres)),
    brief(of(({ load }) => cores(load).client)),
    brief(of(({ settleSeconds }) => settleSeconds)),
    whole(refused),
  ];
}

function perSecond({ transfers, seconds }: MeasuredLoad): number {
  return transfers / seconds;
}
