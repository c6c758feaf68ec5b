/** Reads and writes authorizations within a tenant's transaction. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { authorizations } from "./schema.ts";

/** An authorization as it is kept. */
export type Authorization = Omit<typeof authorizations.$inferSelect, "tenantId">;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The authorization, locked when it is about to change; undefined where there is none. */
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

/** Authorizations, newest first, before `beforeId`; only those of a card, where one is named. */
export async function listAuthorizationsBefore(
  transaction: Transaction,
  { cardId, beforeId }: { readonly cardId: string; readonly beforeId: string | undefined },
  limit: number,
): Promise<Authorization[]> {
  if (cardId !== "" && !UUID.test(cardId)) {
    return [];
  }
  return transaction
    .select()
    .from(authorizations)
    .where(
      and(
        cardId === "" ? undefined : eq(authorizations.cardId, cardId),
        beforeId === undefined ? undefined : lt(authorizations.id, beforeId),
      ),
    )
    .orderBy(desc(authorizations.id))
    .limit(limit);
}

/** Adds an authorization. */
export async function insertAuthorization(
  transaction: Transaction,
  tenantId: string,
  authorization: Authorization,
): Promise<void> {
  await transaction.insert(authorizations).values({ ...authorization, tenantId });
}

/** Writes an authorization anew. */
export async function updateAuthorization(
  transaction: Transaction,
  tenantId: string,
  authorization: Authorization,
): Promise<void> {
  await transaction
    .update(authorizations)
    .set({ ...authorization, tenantId })
    .where(and(eq(authorizations.tenantId, tenantId), eq(authorizations.id, authorization.id)));
}

/** Removes an authorization that no vendor took up. */
export async function deleteAuthorization(transaction: Transaction, id: string): Promise<void> {
  await transaction.delete(authorizations).where(and(eq(authorizations.id, id), eq(authorizations.state, "unknown")));
}

/** Some authorizations whose time passed, whatever the tenant; at random, so that a vendor who is away holds up no other. */
export async function findPastExpiry(
  transaction: Transaction,
  limit: number,
): Promise<{ readonly tenant: string; readonly id: string }[]> {
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    select tenant_id, id from authorizations where state = 'approved' and expire_time <= now()
    order by random() limit ${limit}`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}
