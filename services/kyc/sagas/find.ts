/** Finds the verification that a caller names. */
import type { Call } from "#platform/rpc/call.ts";
import { kycRefused } from "../errors.ts";
import { idOf } from "../mapping.ts";
import type { KycDeps } from "../service.ts";
import { findVerification, type Verification } from "../store/verification-store.ts";

/** @throws VERIFICATION_NOT_FOUND */
export async function requireKnown({ database }: KycDeps, call: Call, name: string): Promise<Verification> {
  const known = await database.tenant(call, (transaction) => findVerification(transaction, idOf(name)));
  if (known === undefined) {
    throw kycRefused("verification_not_found", { name });
  }
  return known;
}
