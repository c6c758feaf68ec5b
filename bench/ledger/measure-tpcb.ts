/** TPC-B at a few numbers of clients; the best is what everything else is compared with. */
import { brief, type Table, whole } from "./figures.ts";
import type { Tpcb, TpcbRun } from "./pgbench.ts";

/** A handful, several times the cores, and many. */
const CLIENTS = [1, 16, 64];

/** What TPC-B reaches, and a way to run the best again. */
export interface Baseline {
  readonly table: Table;
  readonly best: TpcbRun;
  /** Transactions a second now, with as many clients as were best. */
  again(): Promise<number>;
}

/** Measures it. */
export async function measureTpcb(tpcb: Tpcb, seconds: number, progress: (line: string) => void): Promise<Baseline> {
  const runs: TpcbRun[] = [];
  for (const clients of CLIENTS) {
    const run = await tpcb.run(clients, seconds);
    progress(`TPC-B, ${clients} clients: ${whole(run.transactionsPerSecond)} transactions/s`);
    runs.push(run);
  }
  const best = runs.reduce((a, b) => (b.transactionsPerSecond > a.transactionsPerSecond ? b : a));
  return {
    best,
    again: async () => (await tpcb.run(best.clients, seconds)).transactionsPerSecond,
    table: {
      title: "TPC-B",
      meaning: [
        `pgbench -M prepared, scale 20, ${seconds} s each, on the same PostgreSQL. The best of them, ${best.clients} clients, is run`,
        "again in every pair below.",
      ],
      columns: ["clients", "transactions/s", "average ms", "PostgreSQL's cores"],
      rows: runs.map((run) => [
        String(run.clients),
        whole(run.transactionsPerSecond),
        brief(run.averageMs),
        brief(run.postgresCpuSeconds / seconds),
      ]),
    },
  };
}
