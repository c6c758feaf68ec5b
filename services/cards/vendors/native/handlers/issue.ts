/** Issues a card within a transaction: a new number, and the row. */
import type { Transaction } from "#platform/db/database.ts";
import type { Card } from "../domain/card.ts";
import type { NativeDeps } from "../program.ts";
import { insertCard } from "../store/card-store.ts";

/** What a card is issued from. */
export type NewCard = Pick<Card, "form" | "currencyCode" | "fundingAccount" | "controls" | "replaces">;

/** For how many years a new card is good. */
const VALID_YEARS = 4;
/** Tries for a number that is nobody's yet: with a million cards under one BIN of eight the second fails once in 10,000. */
const MAX_NUMBERS = 5;

/** Where the vault keeps a card's secrets: sealed for one tenant and card. */
export function contextOf(tenant: string, cardId: string): string {
  return `${tenant}/${cardId}`;
}

/** Issues it. */
export async function issueCard(
  { vault, newId, now }: Pick<NativeDeps, "vault" | "newId" | "now">,
  transaction: Transaction,
  tenant: string,
  wanted: NewCard,
): Promise<Card> {
  const id = newId();
  const at = now();
  for (let tried = 0; tried < MAX_NUMBERS; tried++) {
    const number = vault.newNumber(contextOf(tenant, id));
    const card: Card = {
      ...wanted,
      id,
      state: wanted.form === "physical" ? "inactive" : "active",
      closeReason: null,
      bin: number.bin,
      lastFour: number.lastFour,
      expiryYear: at.getUTCFullYear() + VALID_YEARS,
      expiryMonth: at.getUTCMonth() + 1,
      hasPin: false,
      wrongPins: 0,
      version: 1n,
    };
    if (await insertCard(transaction, tenant, card, number)) {
      return card;
    }
  }
  throw new Error("no free card number was found: the BIN is nearly used up");
}
