import { describe, expect, it } from "vitest";
import { type Circumstances, type Decision, decideOrder, MAX_MINOR, MAX_OPERATION_MINOR } from "./decide.ts";
import { NO_FEE, NO_LIMIT } from "./terms.ts";
import { aCreditor, anAccount, anOrder, circumstances } from "./testing/build.ts";

const brl = (minor: bigint) => ({ currencyCode: "BRL", minor });
const limit = { maxAmount: 5_000n, maxDailyAmount: 7_000n };
const everything: Circumstances = circumstances({
  account: anAccount({ state: "blocked", currencyCode: "MXN" }),
  creditor: anAccount({ state: "closed" }),
  terms: { fee: { fixed: 1_000n, basisPoints: 10_000 }, limit },
});

/** The word a decision ends in. */
function word(decision: Decision): string {
  switch (decision.kind) {
    case "accepted":
      return "accepted";
    case "faulty":
      return decision.fault;
    case "refused":
      return decision.refusal.reason;
  }
}

describe("of several reasons to refuse, the caller hears the first:", () => {
  it.each<[string, bigint, Partial<Circumstances>]>([
    ["amount_must_be_positive", 0n, everything],
    ["amount_must_be_positive", -1n, everything],
    ["accounts_must_be_different", MAX_MINOR, everything],
    ["currencies_must_match", MAX_MINOR, { ...everything, creditor: aCreditor({ state: "closed" }) }],
    ["currencies_must_match", MAX_MINOR, { ...everything, creditor: aCreditor({ currencyCode: "COP" }) }],
    ["account_not_open", MAX_MINOR, { ...everything, account: anAccount({ state: "blocked" }), creditor: aCreditor() }],
    [
      "creditor_account_not_open",
      MAX_MINOR,
      { ...everything, account: anAccount(), creditor: aCreditor({ state: "closed" }) },
    ],
    ["limit_exceeded", MAX_OPERATION_MINOR + 1n, { ...everything, account: anAccount(), creditor: aCreditor() }],
    ["limit_exceeded", 5_001n, { terms: { fee: NO_FEE, limit }, usedMinor: 7_000n }],
    ["limit_exceeded", 1n, { terms: { fee: NO_FEE, limit }, usedMinor: 7_000n }],
    ["accepted", 5_000n, { terms: { fee: NO_FEE, limit }, usedMinor: 2_000n }],
    ["accepted", MAX_OPERATION_MINOR, {}],
  ])("%s (%d)", (expected, minor, over) => {
    expect(word(decideOrder(anOrder({ amount: brl(minor) }), circumstances(over)))).toBe(expected);
  });
});

describe("a decision", () => {
  it("sets the fee by the terms", () => {
    const terms = { fee: { fixed: 150n, basisPoints: 25 }, limit: NO_LIMIT };
    expect(decideOrder(anOrder(), circumstances({ terms }))).toEqual({ kind: "accepted", fee: 175n });
  });

  it("names the limit that was passed, in the contract's words", () => {
    const terms = { fee: NO_FEE, limit };
    expect(decideOrder(anOrder({ amount: brl(5_001n) }), circumstances({ terms }))).toMatchObject({
      refusal: { metadata: { limit: "max_amount" } },
    });
    expect(decideOrder(anOrder({ amount: brl(5_000n) }), circumstances({ terms, usedMinor: 2_001n }))).toMatchObject({
      refusal: { metadata: { limit: "max_daily_amount" } },
    });
  });

  it("names the currency that was expected, and the state that was in the way", () => {
    expect(decideOrder(anOrder({ amount: { currencyCode: "USD", minor: 1n } }), circumstances())).toMatchObject({
      metadata: { currency_code: "BRL" },
    });
    expect(decideOrder(anOrder(), circumstances({ account: anAccount({ state: "closed" }) }))).toMatchObject({
      refusal: { metadata: { state: "CLOSED" } },
    });
  });
});
