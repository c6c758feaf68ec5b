/** Finds what a call is about. */
import type { Transaction } from "#platform/db/database.ts";
import { kycRefused } from "../errors.ts";
import { findVerification, type Kept } from "../store/verification-store.ts";

/**
 * The verification, locked.
 *
 * @throws VERIFICATION_NOT_FOUND.
 */
export async function requireVerification(transaction: Transaction, id: string, now: Date): Promise<Kept> {
  const kept = await findVerification(transaction, { id }, now);
  if (kept === undefined) {
    throw kycRefused("verification_not_found");
  }
  return kept;
}
