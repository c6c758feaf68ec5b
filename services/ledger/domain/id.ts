/** Identities of accounts and transfers: 128 bits, written as a UUID. */

const ZERO = "00000000-0000-0000-0000-000000000000";
const INT_MAX = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** Fault of an identity that is no identity: all zeros, or all ones. */
export type IdFault = "id_must_not_be_zero" | "id_must_not_be_int_max";

/** The one spelling that the ledger keeps and compares. */
export function normalId(text: string): string {
  return text.toLowerCase();
}

/** The fault of a normal id, if any. */
export function faultOfId(id: string): IdFault | undefined {
  switch (id) {
    case ZERO:
      return "id_must_not_be_zero";
    case INT_MAX:
      return "id_must_not_be_int_max";
    default:
      return undefined;
  }
}
