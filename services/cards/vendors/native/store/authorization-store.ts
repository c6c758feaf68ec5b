/** Reads and writes authorizations within a tenant's transaction. */
import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Spent } from "../domain/controls.ts";
import { authorizations } from "./schema.ts";

/** An authorization as it is kept. */
export type Authorization = Omit<typeof authorizations.$inferSelect, "tenantId">;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The authorization, locked when it is about to move; undefined where there is none. */
export async function findAuthorization(
  transaction: Transaction,
  id: string,
  lock?: "update",
): Promise<Authorization | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(authorizations).where(eq(authorizations.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row;
}

/** The authorization that a request made. */
export async function findAuthorizationOf(
  transaction: Transaction,
  requestId: string,
): Promise<Authorization | undefined> {
  const [row] = await transaction.select().from(authorizations).where(eq(authorizations.requestId, requestId));
  return row;
}

/** Adds one. */
export async function insertAuthorization(
  transaction: Transaction,
  tenantId: string,
  authorization: Authorization,
): Promise<void> {
  await transaction.insert(authorizations).values({ ...authorization, tenantId });
}

/** Writes one anew. */
export async function updateAuthorization(
  transaction: Transaction,
  tenantId: string,
  authorization: Authorization,
): Promise<void> {
  await transaction
    .update(authorizations)
    .set(authorization)
    .where(and(eq(authorizations.tenantId, tenantId), eq(authorizations.id, authorization.id)));
}

/** What a card was used for since a time; what is being decided counts as if it were approved whole. */
export async function spentSince(transaction: Transaction, cardId: string, since: Date): Promise<Spent> {
  const [row] = await transaction.execute<{ amount: string; count: string }>(sql`
    select coalesce(sum(case state when 'deciding' then requested else approved - reversed end), 0)::text as amount,
      count(*)::text as count
    from authorizations
    where card_id = ${cardId} and create_time > ${since.toISOString()} and state not in ('declined', 'reversed')`);
  return { amount: BigInt(row?.amount ?? "0"), count: Number(row?.count ?? "0") };
}

/** Whether a card was ever used, or is being decided on. */
export async function isUsed(transaction: Transaction, cardId: string): Promise<boolean> {
  const [row] = await transaction.execute<{ found: boolean }>(sql`
    select exists (select 1 from authorizations where card_id = ${cardId} and state <> 'declined') as found`);
  return row?.found ?? false;
}
