/** An authorization as the bank keeps it: what its vendor last said, and whether an answer is lacking. */

export type AuthorizationState = "unknown" | "approved" | "declined" | "cleared" | "reversed" | "expired";

/** Amounts in minor units of the card's currency. */
export interface Amounts {
  readonly approved: bigint;
  readonly held: bigint;
  readonly reversed: bigint;
  readonly cleared: bigint;
  readonly refunded: bigint;
  readonly disputed: bigint;
  readonly chargedBack: bigint;
}

/** What a vendor said, once. */
export interface Snapshot extends Amounts {
  readonly state: AuthorizationState;
  /** The vendor's count of changes. */
  readonly version: bigint;
}

/** Nothing was approved, or all of it was given back. */
export const NOTHING: Amounts = {
  approved: 0n,
  held: 0n,
  reversed: 0n,
  cleared: 0n,
  refunded: 0n,
  disputed: 0n,
  chargedBack: 0n,
};

export type AuthorizationRefusal =
  | "authorization_not_found"
  | "authorization_declined"
  | "authorization_unresolved"
  | "amount_must_be_positive"
  | "currency_mismatch";

/** A move that a caller asks for. */
export interface AskedMove {
  readonly amount: { readonly currencyCode: string; readonly minorUnits: bigint } | undefined;
  /** The whole reversal: what is sent when no answer came, so it is taken while the answer is lacking. */
  readonly isWholeReversal: boolean;
}

/** Why a move is refused before the vendor is asked, in the order checked; undefined where it is not. */
export function refusalOfMove(
  { state, currencyCode }: { readonly state: AuthorizationState; readonly currencyCode: string },
  { amount, isWholeReversal }: AskedMove,
): AuthorizationRefusal | undefined {
  if (amount !== undefined && amount.minorUnits <= 0n) {
    return "amount_must_be_positive";
  }
  if (amount !== undefined && amount.currencyCode !== currencyCode) {
    return "currency_mismatch";
  }
  if (state === "declined") {
    return "authorization_declined";
  }
  return state === "unknown" && !isWholeReversal ? "authorization_unresolved" : undefined;
}

/**
 * Takes in what a vendor said. An answer that is older than what is known changes nothing, however late or often it comes;
 * the same again ends a doubt.
 */
export function takeIn<Known extends Snapshot>(known: Known, said: Snapshot): Known {
  return said.version < known.version ? known : { ...known, ...said };
}

/** What is wrong with a snapshot, in words for the log; undefined where it can be true. */
export function faultOfSnapshot(said: Snapshot): string | undefined {
  const { approved, held, reversed, cleared, refunded, disputed, chargedBack } = said;
  const negative = Object.entries({ approved, held, reversed, cleared, refunded, disputed, chargedBack }).find(
    ([, minor]) => minor < 0n,
  );
  if (negative !== undefined) {
    return `${negative[0]} is below zero`;
  }
  if (said.version <= 0n) {
    return "version is not above zero";
  }
  if (said.state === "unknown") {
    return "a vendor cannot not know";
  }
  if (held > 0n && said.state !== "approved") {
    return `something is held by what is ${said.state}`;
  }
  if (held > approved - reversed) {
    return "more is held than was approved and not reversed";
  }
  return refunded + disputed + chargedBack > cleared ? "more came back than was taken" : undefined;
}
