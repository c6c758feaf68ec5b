import { Card_State } from "#gen/malla/cards/v1/card_pb.js";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { changeCard } from "../sagas/change-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Makes an inactive card active. */
export function activateCard(deps: CardsDeps): CardsHandlers["activateCard"] {
  return (request, context) =>
    changeCard(deps, callOf(context), {
      method: CardsService.method.activateCard,
      request,
      cardId: idOf(request.name),
      move: "activate",
      ask: (vendor, { vendorCard: card }) =>
        vendor.moveCard({ card, state: Card_State.ACTIVE, requestId: request.requestId }),
    });
}
