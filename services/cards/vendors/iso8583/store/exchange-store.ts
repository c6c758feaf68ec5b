/** Reads and writes exchanges, in a transaction of the tenant or of the worker. */
import { and, asc, eq, inArray, lte, or } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Exchange } from "../exchanges/exchange.ts";
import { exchanges } from "./schema.ts";

type Row = typeof exchanges.$inferSelect;

/** What a new exchange starts from. */
export type NewExchange = Omit<Exchange, "attempts" | "responseCode" | "answer"> & {
  readonly dueTime: Date;
  readonly finishTime: Date | null;
};

/** Writes a new one down. */
export async function insertExchange(transaction: Transaction, exchange: NewExchange, now: Date): Promise<void> {
  await transaction.insert(exchanges).values({ ...exchange, attempts: 0, createTime: now });
}

/** The exchange, locked where it is about to change. */
export async function findExchange(
  transaction: Transaction,
  tenantId: string,
  id: string,
  lock?: "update",
): Promise<Exchange | undefined> {
  const query = transaction.select().from(exchanges).where(byId(tenantId, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row;
}

/** Changes one. */
export async function updateExchange(
  transaction: Transaction,
  { tenantId, id }: Pick<Exchange, "tenantId" | "id">,
  changes: Partial<
    Pick<Row, "state" | "attempts" | "responseCode" | "answer" | "response" | "secretSealed" | "finishTime" | "dueTime">
  >,
): Promise<void> {
  await transaction.update(exchanges).set(changes).where(byId(tenantId, id));
}

/** Forgets one that the host never saw. */
export async function deleteExchange(
  transaction: Transaction,
  { tenantId, id }: Pick<Exchange, "tenantId" | "id">,
): Promise<void> {
  await transaction.delete(exchanges).where(byId(tenantId, id));
}

/** Takes what is due, oldest first, for a while: nobody else takes it until `until`. */
export async function claimDue(transaction: Transaction, now: Date, until: Date, limit: number): Promise<Exchange[]> {
  const due = await transaction
    .select({ tenantId: exchanges.tenantId, id: exchanges.id })
    .from(exchanges)
    .where(and(inArray(exchanges.state, ["sending", "queued"]), lte(exchanges.dueTime, now)))
    .orderBy(asc(exchanges.dueTime))
    .limit(limit)
    .for("update", { skipLocked: true });
  if (due.length === 0) {
    return [];
  }
  return transaction
    .update(exchanges)
    .set({ dueTime: until })
    .where(or(...due.map(({ tenantId, id }) => byId(tenantId, id))))
    .returning();
}

function byId(tenantId: string, id: string) {
  return and(eq(exchanges.tenantId, tenantId), eq(exchanges.id, id));
}
