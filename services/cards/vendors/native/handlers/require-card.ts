/** The card that a request is about, locked. */
import type { Transaction } from "#platform/db/database.ts";
import { cardsRefused } from "../errors.ts";
import { findCard, type KeptCard } from "../store/card-store.ts";

/** @throws CARD_NOT_FOUND where there is none. */
export async function requireCard(transaction: Transaction, id: string): Promise<KeptCard> {
  const card = await findCard(transaction, id, "update");
  if (card === undefined) {
    throw cardsRefused("card_not_found");
  }
  return card;
}

/** @throws CARD_STATE_NOT_ALLOWED where it is closed. */
export async function requireOpenCard(transaction: Transaction, id: string): Promise<KeptCard> {
  const card = await requireCard(transaction, id);
  if (card.state === "closed") {
    throw cardsRefused("card_state_not_allowed");
  }
  return card;
}
