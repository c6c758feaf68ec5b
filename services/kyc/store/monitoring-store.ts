/** How far the news of each vendor were heard, per tenant. */
import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { monitoring } from "./schema.ts";

/** A vendor that watches parties of a tenant. */
export interface Watching {
  readonly tenant: string;
  readonly vendor: string;
}

/** Has a vendor's news heard from now on. */
export async function watch(transaction: Transaction, tenantId: string, vendor: string, at: Date): Promise<void> {
  await transaction.insert(monitoring).values({ tenantId, vendor, cursor: "", pollTime: at }).onConflictDoNothing();
}

/** The cursor, locked. */
export async function lockCursor(transaction: Transaction, vendor: string): Promise<string | undefined> {
  const [row] = await transaction.select().from(monitoring).where(eq(monitoring.vendor, vendor)).for("update");
  return row?.cursor;
}

/** Moves the cursor. */
export async function moveCursor(
  transaction: Transaction,
  tenant: string,
  vendor: string,
  cursor: string,
): Promise<void> {
  await transaction
    .update(monitoring)
    .set({ cursor })
    .where(and(eq(monitoring.tenantId, tenant), eq(monitoring.vendor, vendor)));
}

/** Takes some that were not asked for a while. */
export async function takeDueWatches(transaction: Transaction, limit: number, everyMs: number): Promise<Watching[]> {
  const rows = await transaction.execute<{ tenant_id: string; vendor: string }>(sql`
    update monitoring as watching set poll_time = now() + ${everyMs} * interval '1 millisecond'
    from (
      select tenant_id, vendor from monitoring where poll_time <= now()
      order by poll_time limit ${limit} for update skip locked
    ) as due
    where watching.tenant_id = due.tenant_id and watching.vendor = due.vendor
    returning watching.tenant_id, watching.vendor`);
  return rows.map((row) => ({ tenant: row.tenant_id, vendor: row.vendor }));
}
