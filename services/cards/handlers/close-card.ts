import { Card_State } from "#gen/malla/cards/v1/card_pb.js";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { changeCard } from "../sagas/change-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Ends a card for good. */
export function closeCard(deps: CardsDeps): CardsHandlers["closeCard"] {
  return (request, context) =>
    changeCard(deps, callOf(context), {
      method: CardsService.method.closeCard,
      request,
      cardId: idOf(request.name),
      move: "close",
      ask: (vendor, { vendorCard: card }) =>
        vendor.moveCard({ card, state: Card_State.CLOSED, closeReason: request.reason, requestId: request.requestId }),
    });
}
