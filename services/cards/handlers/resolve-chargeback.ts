import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { moveAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Ends the open chargeback. */
export function resolveChargeback(deps: CardsDeps): CardsHandlers["resolveChargeback"] {
  return (request, context) =>
    moveAuthorization(deps, callOf(context), {
      method: CardsService.method.resolveChargeback,
      request,
      amount: undefined,
    });
}
