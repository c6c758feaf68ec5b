/** Finds what a vendor left open, whatever the tenant, as the worker role. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";

/** Longest pause before the next try, in milliseconds: after an outage, what was left open is known within this. */
const MAX_PAUSE_MS = 15_000;

/** Something to resolve. */
export interface Unresolved {
  readonly tenant: string;
  readonly id: string;
}

const OPEN_STATES = { templates: ["pending", "unknown", "deleting"], challenges: ["unknown"] } as const;

/** Takes what is due, oldest first, and puts off its next try: twice as long each time. Several processes share the rest. */
export async function takeUnresolved(
  transaction: Transaction,
  from: keyof typeof OPEN_STATES,
  limit: number,
  afterMs: number,
): Promise<Unresolved[]> {
  const table = sql.identifier(from);
  const states = sql.raw(OPEN_STATES[from].map((state) => `'${state}'`).join(", "));
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    update ${table} as unresolved
    set resolve_tries = least(unresolved.resolve_tries + 1, 10),
        resolve_time = now() + least(${afterMs} * power(2, unresolved.resolve_tries), ${MAX_PAUSE_MS})
          * interval '1 millisecond'
    from (
      select tenant_id, id from ${table}
      where state in (${states}) and resolve_time <= now()
      order by resolve_time limit ${limit}
      for update skip locked
    ) as due
    where unresolved.tenant_id = due.tenant_id and unresolved.id = due.id
    returning unresolved.tenant_id, unresolved.id`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}
