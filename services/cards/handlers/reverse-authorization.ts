import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { moveAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Gives back what is held, whole or in part. */
export function reverseAuthorization(deps: CardsDeps): CardsHandlers["reverseAuthorization"] {
  return (request, context) =>
    moveAuthorization(deps, callOf(context), {
      method: CardsService.method.reverseAuthorization,
      request,
      amount: request.amount,
    });
}
