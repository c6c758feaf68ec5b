import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { moveAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Disputes money that was cleared. */
export function openChargeback(deps: CardsDeps): CardsHandlers["openChargeback"] {
  return (request, context) =>
    moveAuthorization(deps, callOf(context), {
      method: CardsService.method.openChargeback,
      request,
      amount: request.amount,
    });
}
