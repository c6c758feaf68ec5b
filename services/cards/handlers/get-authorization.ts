import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { readAuthorization } from "../sagas/move-authorization.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Reads an authorization. */
export function getAuthorization(deps: CardsDeps): CardsHandlers["getAuthorization"] {
  return async ({ name }, context) => (await readAuthorization(deps, callOf(context), idOf(name))).message;
}
