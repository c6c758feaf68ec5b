/** Puts transfers in as fast as the ledger takes them. */
import type { CpuSeconds } from "./cpu.ts";
import { type BenchLedger, type Ground, NO_CPU } from "./ground.ts";
import type { MeasuredLoad, Until } from "./jobs.ts";
import { NotServedError } from "./load-process.ts";
import { type Accounts, FASTEST, SHAPES, type Shape } from "./shapes.ts";

/** How a load is measured. */
export interface RunOptions {
  readonly accounts: Accounts;
  readonly warmupSeconds: number;
  readonly until: Until;
}

/** Runs one shape of load on a ledger. */
export function runShape(
  ground: Ground,
  ledger: BenchLedger,
  shape: Shape,
  options: RunOptions,
): Promise<MeasuredLoad> {
  return ground.load.run({
    kind: "grpc",
    ...options,
    shape,
    wire: ledger.wire,
    wireKind: ground.wireKind,
    accountIds: ledger.accountIds,
    watched: { ledger: ledger.process.pid, postgres: ground.postgres.pid },
  });
}

/** Finds the fastest shape that the ledger serves, by booking some transfers with it. */
export async function fastestServed(ground: Ground, ledger: BenchLedger): Promise<Shape> {
  const until: Until = { kind: "transfers", transfers: 1 };
  try {
    await runShape(ground, ledger, FASTEST, { accounts: "uniform", warmupSeconds: 0, until });
    return FASTEST;
  } catch (error) {
    const batch = SHAPES.find(({ way }) => way === "batch");
    if (batch === undefined || !(error instanceof NotServedError)) {
      throw error;
    }
    ground.progress("LoadTransfers is not served: filling by CreateTransfers");
    return batch;
  }
}

/** CPU seconds a second: cores that were busy. */
export function cores({ cpu, seconds }: Pick<MeasuredLoad, "cpu" | "seconds">): CpuSeconds {
  return {
    ...NO_CPU,
    ledger: cpu.ledger / seconds,
    postgres: cpu.postgres / seconds,
    client: cpu.client / seconds,
    gateway: cpu.gateway / seconds,
  };
}
