/** A slice of the simulation; `npm run sim` runs as many seeds as one likes. */
import { describe, expect, it } from "vitest";
import { TRANSFER_RULES } from "../../domain/testing/oracle-rules.ts";
import { runSeed } from "./run-seed.ts";

/** As many as two slow cores run in a few seconds. */
const SEEDS = 150;

describe("whatever breaks, the ledger is what the oracle says", () => {
  const statuses = new Set<string>();
  let processes = 0;

  it(`over ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const report = await runSeed(seed).catch((error: unknown) => {
        throw new Error(`again: npm run sim -- --start ${seed} --seeds 1`, { cause: error });
      });
      processes += report.processes;
      for (const status of report.statuses.keys()) {
        statuses.add(status);
      }
    }
  });

  it("while writers came and went", () => {
    expect(processes).toBeGreaterThan(2 * SEEDS);
  });

  it("while callers heard most statuses", () => {
    const heard = TRANSFER_RULES.filter(([status]) => statuses.has(status)).length;
    expect(heard).toBeGreaterThan(TRANSFER_RULES.length * 0.8);
  });

  it("the same way each time", async () => {
    expect(await runSeed(7)).toEqual(await runSeed(7));
  });
});
