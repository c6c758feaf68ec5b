import { callOf } from "#platform/rpc/call.ts";
import { fromVerification } from "../mapping.ts";
import { startVerification } from "../sagas/start.ts";
import type { KycDeps, KycHandlers } from "../service.ts";

/** Begins a verification. */
export function startVerificationRpc(deps: KycDeps): KycHandlers["startVerification"] {
  return async (request, context) => fromVerification(await startVerification(deps, callOf(context), request));
}
