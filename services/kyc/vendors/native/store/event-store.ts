/** Reads and writes monitoring events within a tenant's transaction. */
import { asc, gt, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { monitoringEvents } from "./schema.ts";

/** An event as it is kept. */
export type KeptEvent = typeof monitoringEvents.$inferSelect;

/** Adds an event. Those of a tenant commit in the order of their positions, so that no cursor passes one by. */
export async function appendEvent(
  transaction: Transaction,
  event: typeof monitoringEvents.$inferInsert,
): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`events/${event.tenantId}`}, 0))`);
  await transaction.insert(monitoringEvents).values(event);
}

/** Events beyond a position, oldest first. */
export function listEvents(transaction: Transaction, after: bigint, limit: number): Promise<KeptEvent[]> {
  return transaction
    .select()
    .from(monitoringEvents)
    .where(gt(monitoringEvents.position, after))
    .orderBy(asc(monitoringEvents.position))
    .limit(limit);
}
