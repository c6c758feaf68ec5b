/** Bytes that a transfer takes on disk and in the write-ahead log. */
import { type Table, whole } from "./figures.ts";
import { fastestServed, runShape } from "./fill.ts";
import type { BenchLedger, Ground } from "./ground.ts";
import type { BenchOptions } from "./options.ts";
import { SHAPES, type Shape } from "./shapes.ts";
import { readStorage, settle } from "./storage.ts";

/** Callers of the shape with small commits. */
const FEW = 64;

/** Measures a shape with the largest commits and one with small ones. */
export async function measureStorage(ground: Ground, ledger: BenchLedger, options: BenchOptions): Promise<Table> {
  const few = SHAPES.filter(({ way, requestsInFlight }) => way === "unary" && requestsInFlight === FEW);
  const rows: string[][] = [];
  for (const shape of [await fastestServed(ground, ledger), ...few]) {
    rows.push(await measureOne(ground, ledger, shape, options));
    ground.progress(`storage: ${rows.at(-1)?.join(", ")}`);
  }
  return {
    title: "Storage",
    meaning: [
      "Bytes a transfer, from a checkpoint before the load until history and events have caught up. Tables: growth of the",
      "ledger's tables, indexes included. Write-ahead log: with the full pages that a checkpoint makes PostgreSQL log anew.",
    ],
    columns: ["shape", "transfers", "tables, bytes", "write-ahead log, bytes"],
    rows,
  };
}

async function measureOne(
  ground: Ground,
  ledger: BenchLedger,
  shape: Shape,
  { seconds, settleSeconds }: BenchOptions,
): Promise<string[]> {
  await settle(ledger, settleSeconds * 1000);
  const before = await readStorage(ground, ledger, true);
  const load = await runShape(ground, ledger, shape, {
    accounts: "uniform",
    warmupSeconds: 0,
    until: { kind: "seconds", seconds },
  });
  await settle(ledger, settleSeconds * 1000);
  const after = await readStorage(ground, ledger, false);
  const each = (bytes: number) => whole(bytes / load.transfersInAll);
  return [
    shape.name,
    whole(load.transfersInAll),
    each(after.tableBytes - before.tableBytes),
    each(after.walBytes - before.walBytes),
  ];
}
