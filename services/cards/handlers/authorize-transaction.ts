import { callOf } from "#platform/rpc/call.ts";
import { authorize } from "../sagas/authorize.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Asks for the use of a card. */
export function authorizeTransaction(deps: CardsDeps): CardsHandlers["authorizeTransaction"] {
  return (request, context) => authorize(deps, callOf(context), request);
}
