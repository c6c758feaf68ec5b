/** Whether the ledger stays as fast as it was when it was empty. */
import { brief, share, type Table, whole } from "./figures.ts";
import { cores, fastestServed, runShape } from "./fill.ts";
import type { BenchLedger, Ground } from "./ground.ts";
import type { MeasuredLoad } from "./jobs.ts";
import type { BenchOptions } from "./options.ts";
import { readStorage, settle } from "./storage.ts";

/** A ledger that was filled. */
export interface FilledLedger {
  readonly table: Table;
  /** Transfers that were answered. */
  readonly transfers: number;
}

/** How often a figure is taken. */
const STEP = 1_000_000;

/** Fills an empty ledger with `rows` transfers. */
export async function measureGrowth(
  ground: Ground,
  ledger: BenchLedger,
  { rows, settleSeconds }: BenchOptions,
): Promise<FilledLedger> {
  const shape = await fastestServed(ground, ledger);
  const steps: { readonly upTo: number; readonly load: MeasuredLoad }[] = [];
  let transfers = 0;
  while (transfers < rows) {
    const until = { kind: "transfers", transfers: Math.min(STEP, rows - transfers) } as const;
    const load = await runShape(ground, ledger, shape, { accounts: "uniform", warmupSeconds: 0, until });
    transfers += load.transfersInAll;
    steps.push({ upTo: transfers, load });
    ground.progress(`growth: ${whole(transfers)} transfers, ${whole(rate(load))} transfers/s`);
  }
  const caughtUpSeconds = await settle(ledger, settleSeconds * 1000);
  const { tableBytes } = await readStorage(ground, ledger, false);
  const first = steps[0]?.load;
  return {
    transfers,
    table: {
      title: "Growth",
      meaning: [
        `${shape.name}, uniformly over ${whole(ledger.accountIds.count)} accounts, from an empty ledger; nothing waits for history and events`,
        `in between, which had caught up ${brief(caughtUpSeconds)} s after the last. Then ${whole(tableBytes / transfers)} bytes of tables a transfer.`,
      ],
      columns: ["transfers so far", "transfers/s", "of the first", "p99 ms", "cores: ledger", "PostgreSQL", "client"],
      rows: steps.map(({ upTo, load }) => [
        whole(upTo),
        whole(rate(load)),
        first === undefined ? "-" : share(rate(load), rate(first)),
        brief(load.p99Ms),
        brief(cores(load).ledger),
        brief(cores(load).postgres),
        brief(cores(load).client),
      ]),
    },
  };
}

function rate({ transfers, seconds }: MeasuredLoad): number {
  return transfers / seconds;
}
