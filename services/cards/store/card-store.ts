/** Reads and writes cards within a tenant's transaction. */
import { and, desc, eq, lt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { cards } from "./schema.ts";

/** A card as it is kept. */
export type Card = Omit<typeof cards.$inferSelect, "tenantId">;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The card, locked when it is about to change; undefined where there is none. */
export async function findCard(transaction: Transaction, id: string, lock?: "update"): Promise<Card | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(cards).where(eq(cards.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row;
}

/** Cards, newest first, before `beforeId`; only those of a holder, where one is named. */
export async function listCardsBefore(
  transaction: Transaction,
  { customer, beforeId }: { readonly customer: string; readonly beforeId: string | undefined },
  limit: number,
): Promise<Card[]> {
  return transaction
    .select()
    .from(cards)
    .where(
      and(
        customer === "" ? undefined : eq(cards.customer, customer),
        beforeId === undefined ? undefined : lt(cards.id, beforeId),
      ),
    )
    .orderBy(desc(cards.id))
    .limit(limit);
}

/** Adds a card. */
export async function insertCard(transaction: Transaction, tenantId: string, card: Card): Promise<void> {
  await transaction.insert(cards).values({ ...card, tenantId });
}

/** Writes a card anew. */
export async function updateCard(transaction: Transaction, tenantId: string, card: Card): Promise<void> {
  await transaction
    .update(cards)
    .set({ ...card, tenantId })
    .where(and(eq(cards.tenantId, tenantId), eq(cards.id, card.id)));
}

/** Removes a card that no vendor issued. */
export async function deleteCard(transaction: Transaction, id: string): Promise<void> {
  await transaction.delete(cards).where(and(eq(cards.id, id), eq(cards.state, "unknown")));
}
