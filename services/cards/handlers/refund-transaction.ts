import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { moveAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Gives money back that was cleared. */
export function refundTransaction(deps: CardsDeps): CardsHandlers["refundTransaction"] {
  return (request, context) =>
    moveAuthorization(deps, callOf(context), {
      method: CardsService.method.refundTransaction,
      request,
      amount: request.amount,
    });
}
