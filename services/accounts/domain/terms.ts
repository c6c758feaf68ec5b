/** What a product's terms say about an operation. */

/** What can be done with money on an account. */
export type OperationKind = "deposit" | "withdrawal" | "transfer";

/** fixed + amount x basisPoints / 10,000. */
export interface Fee {
  /** Minor units. */
  readonly fixed: bigint;
  /** Hundredths of a percent. */
  readonly basisPoints: number;
}

/** Most that may move, in minor units; 0: no limit. */
export interface Limit {
  readonly maxAmount: bigint;
  readonly maxDailyAmount: bigint;
}

/** Terms of one kind of operation. */
export interface Terms {
  readonly fee: Fee;
  readonly limit: Limit;
}

/** What an operation costs where the product says nothing. */
export const NO_FEE: Fee = { fixed: 0n, basisPoints: 0 };
/** What may move where the product says nothing. */
export const NO_LIMIT: Limit = { maxAmount: 0n, maxDailyAmount: 0n };

const BASIS_POINTS = 10_000n;

/** The fee for an amount above zero, in minor units, rounded half up: exactly half a minor unit costs a whole one. */
export function feeFor({ fixed, basisPoints }: Fee, amountMinor: bigint): bigint {
  return fixed + (amountMinor * BigInt(basisPoints) + BASIS_POINTS / 2n) / BASIS_POINTS;
}

/** The limit that an amount would pass, if any. `usedMinor`: moved on the same day before, by the same kind. */
export function limitPassed(limit: Limit, amountMinor: bigint, usedMinor: bigint): keyof Limit | undefined {
  if (limit.maxAmount > 0n && amountMinor > limit.maxAmount) {
    return "maxAmount";
  }
  return limit.maxDailyAmount > 0n && usedMinor + amountMinor > limit.maxDailyAmount ? "maxDailyAmount" : undefined;
}
