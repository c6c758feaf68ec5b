import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feeFor, limitPassed } from "./terms.ts";

const INT64_MAX = 2n ** 63n - 1n;
const amounts = fc.bigInt({ min: 1n, max: INT64_MAX });
const fees = fc.record({
  fixed: fc.bigInt({ min: 0n, max: 1_000_000_000_000n }),
  basisPoints: fc.integer({ min: 0, max: 10_000 }),
});

describe("a fee", () => {
  it.each([
    // amount, fixed, basis points, fee
    [1n, 0n, 0, 0n],
    [1n, 150n, 0, 150n],
    [10_000n, 0n, 25, 25n],
    [10_000n, 150n, 25, 175n],
    [199n, 0n, 25, 0n], // 0.4975
    [200n, 0n, 25, 1n], // 0.5 exactly: up
    [201n, 0n, 25, 1n], // 0.5025
    [599n, 0n, 25, 1n], // 1.4975
    [600n, 0n, 25, 2n], // 1.5 exactly: up
    [1n, 0n, 10_000, 1n],
    [1n, 0n, 5_000, 1n],
    [1n, 0n, 4_999, 0n],
    [INT64_MAX, 0n, 10_000, INT64_MAX],
    [INT64_MAX, 0n, 1, 922_337_203_685_478n], // 922,337,203,685,477.5807
    [9_007_199_254_740_993n, 0n, 10_000, 9_007_199_254_740_993n], // past what a float holds
  ])("of %d with %d fixed and %d basis points is %d", (amount, fixed, basisPoints, fee) => {
    expect(feeFor({ fixed, basisPoints }, amount)).toBe(fee);
  });

  it("is within half a minor unit of the exact one, and never below it by exactly half", () => {
    fc.assert(
      fc.property(fees, amounts, (fee, amount) => {
        const exactTimes10000 = fee.fixed * 10_000n + amount * BigInt(fee.basisPoints);
        const error = feeFor(fee, amount) * 10_000n - exactTimes10000;
        expect(error > -5_000n && error <= 5_000n).toBe(true);
      }),
    );
  });

  it("never falls when the amount grows", () => {
    fc.assert(
      fc.property(fees, amounts, amounts, (fee, one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(feeFor(fee, less) <= feeFor(fee, more)).toBe(true);
      }),
    );
  });
});

describe("a limit", () => {
  it.each([
    // most per operation, most per day, used, amount, passed
    [0n, 0n, INT64_MAX, INT64_MAX, undefined],
    [100n, 0n, 0n, 100n, undefined],
    [100n, 0n, 0n, 101n, "maxAmount"],
    [0n, 100n, 60n, 40n, undefined],
    [0n, 100n, 60n, 41n, "maxDailyAmount"],
    [50n, 100n, 100n, 51n, "maxAmount"],
    [0n, INT64_MAX, INT64_MAX, 1n, "maxDailyAmount"],
  ] as const)(
    "of %d each and %d a day, with %d used, makes of %d: %s",
    (maxAmount, maxDailyAmount, used, amount, passed) => {
      expect(limitPassed({ maxAmount, maxDailyAmount }, amount, used)).toBe(passed);
    },
  );

  it("of a day is never passed by what was let through", () => {
    const small = fc.bigInt({ min: 1n, max: 1_000n });
    fc.assert(
      fc.property(small, fc.array(small), (maxDailyAmount, asked) => {
        let used = 0n;
        for (const amount of asked) {
          if (limitPassed({ maxAmount: 0n, maxDailyAmount }, amount, used) === undefined) {
            used += amount;
          }
        }
        expect(used <= maxDailyAmount).toBe(true);
      }),
    );
  });
});
