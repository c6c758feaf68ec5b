import { callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import { fromCard } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { findCard } from "../store/card-store.ts";

/** Reads a card. */
export function readCard({ database }: NativeDeps): NativeHandlers["readCard"] {
  return async (request, context) => {
    const card = await database.tenant(callOf(context), (transaction) => findCard(transaction, request.card));
    if (card === undefined) {
      throw cardsRefused("card_not_found");
    }
    return fromCard(card);
  };
}
