import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { moveTo } from "../domain/card.ts";
import { cardsRefused } from "../errors.ts";
import { fromCard, toCardState, toCloseReason } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { updateCard } from "../store/card-store.ts";
import { requireCard } from "./require-card.ts";

/** Activates, freezes, unfreezes or closes a card. */
export function moveCard({ database }: NativeDeps): NativeHandlers["moveCard"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.moveCard, request, async () => {
        const card = await requireCard(transaction, request.card);
        const moved = moveTo(card, toCardState(request.state), toCloseReason(request.closeReason));
        if (moved === undefined) {
          throw cardsRefused("card_state_not_allowed");
        }
        await updateCard(transaction, call.tenant, { ...card, ...moved });
        return fromCard(moved);
      }),
    );
  };
}
