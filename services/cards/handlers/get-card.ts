import { callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import { fromCard, idOf } from "../mapping.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { findCard } from "../store/card-store.ts";

/** Reads a card. */
export function getCard({ database }: CardsDeps): CardsHandlers["getCard"] {
  return async ({ name }, context) => {
    const card = await database.tenant(callOf(context), (transaction) => findCard(transaction, idOf(name)));
    if (card === undefined) {
      throw cardsRefused("card_not_found", { name });
    }
    return fromCard(card);
  };
}
