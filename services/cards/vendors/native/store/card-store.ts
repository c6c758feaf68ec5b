/** Reads and writes cards within a tenant's transaction. The number goes in and out as the vault sealed it. */
import { and, eq } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Card, Controls } from "../domain/card.ts";
import type { NewNumber } from "../vault/vault.ts";
import { decodeExact, encodeExact } from "./exact-json.ts";
import { cards, tokens } from "./schema.ts";

/** A card, with what the vault keeps of its number and PIN. */
export interface KeptCard extends Card {
  readonly numberSealed: Buffer;
  readonly pinValue: Buffer | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The card, locked when something is to be decided about it; undefined where there is none. */
export async function findCard(transaction: Transaction, id: string, lock?: "update"): Promise<KeptCard | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(cards).where(eq(cards.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  if (row === undefined) {
    return undefined;
  }
  const { tenantId: _, numberFingerprint: _fingerprint, controls, ...card } = row;
  return { ...card, controls: decodeExact<Controls | null>(controls) };
}

/** The card of a token. */
export async function findCardOfToken(transaction: Transaction, id: string): Promise<KeptCard | undefined> {
  const [token] = UUID.test(id) ? await transaction.select().from(tokens).where(eq(tokens.id, id)) : [];
  return token === undefined ? undefined : findCard(transaction, token.cardId, "update");
}

/** Adds a card; false where its number is another's, and then nothing was added. */
export async function insertCard(
  transaction: Transaction,
  tenantId: string,
  card: Card,
  { sealed, fingerprint }: NewNumber,
): Promise<boolean> {
  const inserted = await transaction
    .insert(cards)
    .values({
      ...card,
      tenantId,
      controls: encodeExact(card.controls),
      numberSealed: sealed,
      numberFingerprint: fingerprint,
      pinValue: null,
    })
    .onConflictDoNothing({ target: cards.numberFingerprint })
    .returning({ id: cards.id });
  return inserted.length === 1;
}

/** Writes what of a card can change. */
export async function updateCard(transaction: Transaction, tenantId: string, card: KeptCard): Promise<void> {
  const { state, closeReason, controls, hasPin, wrongPins, pinValue, version } = card;
  await transaction
    .update(cards)
    .set({ state, closeReason, controls: encodeExact(controls), hasPin, wrongPins, pinValue, version })
    .where(and(eq(cards.tenantId, tenantId), eq(cards.id, card.id)));
}

/** Adds a token of a card. */
export async function insertToken(
  transaction: Transaction,
  token: { readonly tenantId: string; readonly id: string; readonly cardId: string; readonly requestor: string },
): Promise<void> {
  await transaction.insert(tokens).values(token);
}
