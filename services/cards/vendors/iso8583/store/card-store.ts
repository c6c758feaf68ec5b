/** Reads and writes cards, in a transaction of the tenant or of the worker. */
import { and, eq } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { cardsRefused } from "../errors.ts";
import type { CardFacts } from "../records/card.ts";
import { cards } from "./schema.ts";
import type { Vault } from "./vault.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The card; undefined where the tenant has none of that reference. */
export async function findCard(transaction: Transaction, tenantId: string, id: string): Promise<CardFacts | undefined> {
  return (await rowOf(transaction, tenantId, id))?.facts;
}

/** The card, where it is not closed; throws where there is none or it is. */
export async function findUsableCard(transaction: Transaction, tenantId: string, id: string): Promise<CardFacts> {
  const facts = await findCard(transaction, tenantId, id);
  if (facts === undefined) {
    throw cardsRefused("CARD_NOT_FOUND");
  }
  if (facts.state === "C") {
    throw cardsRefused("CARD_STATE_NOT_ALLOWED");
  }
  return facts;
}

/** Adds a card with its number. */
export async function insertCard(
  transaction: Transaction,
  vault: Vault,
  { tenantId, id, pan, facts }: { tenantId: string; id: string; pan: string; facts: CardFacts },
): Promise<void> {
  await transaction.insert(cards).values({ tenantId, id, facts, panSealed: vault.seal(pan, ownerOf(tenantId, id)) });
}

/** Keeps what the host told last: what it told before that comes later changes nothing. */
export async function updateCard(
  transaction: Transaction,
  tenantId: string,
  id: string,
  change: (before: CardFacts) => CardFacts,
): Promise<CardFacts | undefined> {
  const row = await rowOf(transaction, tenantId, id, "update");
  if (row === undefined) {
    return undefined;
  }
  const after = change(row.facts);
  if (after.version > row.facts.version) {
    await transaction
      .update(cards)
      .set({ facts: after })
      .where(and(eq(cards.tenantId, tenantId), eq(cards.id, id)));
  }
  return after;
}

/** The card's number. */
export async function panOf(transaction: Transaction, vault: Vault, tenantId: string, id: string): Promise<string> {
  const row = await rowOf(transaction, tenantId, id);
  if (row === undefined) {
    throw new Error(`there is no card ${id}`);
  }
  return vault.open(row.panSealed, ownerOf(tenantId, id));
}

async function rowOf(transaction: Transaction, tenantId: string, id: string, lock?: "update") {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction
    .select()
    .from(cards)
    .where(and(eq(cards.tenantId, tenantId), eq(cards.id, id)));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row;
}

function ownerOf(tenantId: string, id: string): string {
  return `${tenantId}/card/${id}`;
}
