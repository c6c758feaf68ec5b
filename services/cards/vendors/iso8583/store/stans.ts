/** Trace numbers from the database's sequence, a block at a time: processes share it, and a restart gives none twice. */
import { sql } from "drizzle-orm";
import type { Database } from "#platform/db/database.ts";
import { type Numbers, numbersOf } from "../link/numbers.ts";

/** Numbers taken at once: enough that the database is not asked for each, few enough that a restart wastes little. */
const BLOCK = 50;

/** Gives numbers. */
export function openNumbers(database: Database, clock: () => Date): Numbers {
  let block: number[] = [];
  let filling: Promise<void> | undefined;
  const fill = async () => {
    const rows = await database.worker(
      async (transaction) =>
        await transaction.execute<{ stan: string }>(
          sql`select nextval('stans')::text as stan from generate_series(1, ${BLOCK}::int)`,
        ),
    );
    block = rows.map(({ stan }) => Number(stan));
  };
  return {
    async next() {
      for (;;) {
        const stan = block.shift();
        if (stan !== undefined) {
          return numbersOf(stan, clock());
        }
        filling ??= fill().finally(() => {
          filling = undefined;
        });
        await filling;
      }
    },
  };
}
