import { callOf } from "#platform/rpc/call.ts";
import { fromVerification } from "../mapping.ts";
import { requireKnown } from "../sagas/find.ts";
import { refresh } from "../sagas/refresh.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

/** Asks the vendor how a verification stands. */
export function refreshVerification(deps: KycDeps): KycHandlers["refreshVerification"] {
  return async ({ name }, context) => {
    const call = callOf(context);
    return fromVerification(await refresh(deps, call, await requireKnown(deps, call, name)));
  };
}
