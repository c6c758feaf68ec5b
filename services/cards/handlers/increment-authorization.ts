import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { moveAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Holds more under an authorization. */
export function incrementAuthorization(deps: CardsDeps): CardsHandlers["incrementAuthorization"] {
  return (request, context) =>
    moveAuthorization(deps, callOf(context), {
      method: CardsService.method.incrementAuthorization,
      request,
      amount: request.amount,
    });
}
