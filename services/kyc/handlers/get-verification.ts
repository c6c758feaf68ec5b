import { callOf } from "#platform/rpc/call.ts";
import { fromVerification } from "../mapping.ts";
import { requireKnown } from "../sagas/find.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

/** Reads a verification. */
export function getVerification(deps: KycDeps): KycHandlers["getVerification"] {
  return async ({ name }, context) => fromVerification(await requireKnown(deps, callOf(context), name));
}
