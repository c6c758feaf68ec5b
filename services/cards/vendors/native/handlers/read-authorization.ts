import { callOf } from "#platform/rpc/call.ts";
import { expireWhereDue } from "../engine/move-authorization.ts";
import { settle } from "../engine/settle.ts";
import { cardsRefused } from "../errors.ts";
import { fromAuthorization } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { findAuthorization } from "../store/authorization-store.ts";

/** Reads an authorization; one that is being decided is decided first, one whose time passed ends first. */
export function readAuthorization(deps: NativeDeps): NativeHandlers["readAuthorization"] {
  return async (request, context) => {
    const call = callOf(context);
    const read = () =>
      deps.database.tenant(call, (transaction) => findAuthorization(transaction, request.authorization));
    const first = await read();
    if (first?.state === "deciding") {
      await settle(deps, call, first.requestId);
    }
    await expireWhereDue(deps, call, request.authorization);
    const authorization = await read();
    if (authorization === undefined) {
      throw cardsRefused("authorization_not_found");
    }
    return fromAuthorization(authorization);
  };
}
