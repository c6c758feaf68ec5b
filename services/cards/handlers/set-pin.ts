import { clone } from "@bufbuild/protobuf";
import { CardsService, SetPinRequestSchema } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { changeCard } from "../sagas/change-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Gives a card a PIN. The block goes through to the vendor and is kept nowhere. */
export function setPin(deps: CardsDeps): CardsHandlers["setPin"] {
  return (request, context) => {
    const { name, pinBlock, requestId } = request;
    const withoutSecrets = clone(SetPinRequestSchema, request);
    delete withoutSecrets.pinBlock;
    return changeCard(deps, callOf(context), {
      method: CardsService.method.setPin,
      request,
      withoutSecrets,
      cardId: idOf(name),
      move: "replace",
      ask: (vendor, { vendorCard: card }) =>
        vendor.assignPin({ card, requestId, ...(pinBlock === undefined ? {} : { pinBlock }) }),
    });
  };
}
