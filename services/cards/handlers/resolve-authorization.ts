import { ConnectError } from "@connectrpc/connect";
import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { readAuthorization } from "../sagas/move-authorization.ts";
import { settleRequest } from "../sagas/settle-request.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { findUnended } from "../store/request-store.ts";

/** Asks the vendor what became of what it did not answer. A vendor that still does not answer leaves it UNKNOWN. */
export function resolveAuthorization(deps: CardsDeps): CardsHandlers["resolveAuthorization"] {
  return async ({ name }, context) => {
    const call = callOf(context);
    const id = idOf(name);
    await readAuthorization(deps, call, id);
    const unended = await deps.database.tenant(call, (transaction) => findUnended(transaction, id));
    for (const { requestId } of unended) {
      try {
        await settleRequest(deps, call, requestId, true);
      } catch (error) {
        if (!(error instanceof ConnectError)) {
          throw error;
        }
        deps.log.warn({ err: error, tenant: call.tenant, authorization: id }, "what became of it is still not known");
      }
    }
    return (await readAuthorization(deps, call, id)).message;
  };
}
