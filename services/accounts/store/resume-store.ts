/** Finds work that was begun and not ended, whatever the tenant, as the worker role. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";

/**
 * How long whoever began something is left to end it, in milliseconds: most calls end in a hundredth of this, and their
 * callers' retries come sooner.
 */
export const RESUME_AFTER_MS = 5_000;
/** Longest pause before the next try; after an outage, work goes on within this. In milliseconds. */
const MAX_PAUSE_MS = 15_000;

/** Something to end. */
export interface Unfinished {
  readonly tenant: string;
  readonly id: string;
}

/**
 * Takes work whose time has come, oldest first, and puts off its next try: twice as long each time, so that what fails
 * for good costs little, and several processes share the rest.
 */
export async function takeUnfinished(
  transaction: Transaction,
  from: "accounts" | "operations",
  limit: number,
): Promise<Unfinished[]> {
  const [table, state] = from === "accounts" ? [sql`accounts`, "opening"] : [sql`operations`, "pending"];
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    update ${table} as unfinished
    set resume_tries = least(unfinished.resume_tries + 1, 10),
        resume_time = now() + least(${RESUME_AFTER_MS} * power(2, unfinished.resume_tries), ${MAX_PAUSE_MS})
          * interval '1 millisecond'
    from (
      select tenant_id, id from ${table}
      where state = ${sql.raw(`'${state}'`)} and resume_time <= now()
      order by resume_time limit ${limit}
      for update skip locked
    ) as due
    where unfinished.tenant_id = due.tenant_id and unfinished.id = due.id
    returning unfinished.tenant_id, unfinished.id`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}
