import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { changeCard } from "../sagas/change-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Replaces what a card may be used for. */
export function updateCardControls(deps: CardsDeps): CardsHandlers["updateCardControls"] {
  return (request, context) => {
    const { name, controls, requestId } = request;
    return changeCard(deps, callOf(context), {
      method: CardsService.method.updateCardControls,
      request,
      cardId: idOf(name),
      move: "replace",
      ask: (vendor, { vendorCard: card }) =>
        vendor.setCardControls({ card, requestId, ...(controls === undefined ? {} : { controls }) }),
    });
  };
}
