import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { moveAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Takes money for an authorization. */
export function clearTransaction(deps: CardsDeps): CardsHandlers["clearTransaction"] {
  return (request, context) =>
    moveAuthorization(deps, callOf(context), {
      method: CardsService.method.clearTransaction,
      request,
      amount: request.amount,
    });
}
