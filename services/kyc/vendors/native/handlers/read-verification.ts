import { callOf } from "#platform/rpc/call.ts";
import { kycRefused } from "../errors.ts";
import { fromKept } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { findVerification } from "../store/verification-store.ts";

/** Reads a verification; one whose time has passed is expired from then on. */
export function readVerification({ database, now }: NativeDeps): NativeHandlers["readVerification"] {
  return async ({ by }, context) => {
    const key = by.case === "requestId" ? { requestId: by.value } : { id: by.value ?? "" };
    const kept = await database.tenant(callOf(context), (transaction) => findVerification(transaction, key, now()));
    if (kept === undefined) {
      throw kycRefused("verification_not_found");
    }
    return fromKept(kept);
  };
}
