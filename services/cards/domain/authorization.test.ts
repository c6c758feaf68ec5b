import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AskedMove, faultOfSnapshot, NOTHING, refusalOfMove, type Snapshot, takeIn } from "./authorization.ts";
import { refusalOfMove as refusalOfCardMove } from "./card.ts";

const said = (over: Partial<Snapshot> = {}): Snapshot => ({ ...NOTHING, state: "approved", version: 1n, ...over });
const amount = (minorUnits: bigint, currencyCode = "BRL") => ({ currencyCode, minorUnits });

describe("a move is refused", () => {
  it.each<[string, Parameters<typeof refusalOfMove>[0]["state"], AskedMove, string]>([
    ["of nothing", "approved", { amount: amount(0n), isWholeReversal: false }, "amount_must_be_positive"],
    ["of other money", "approved", { amount: amount(1n, "MXN"), isWholeReversal: false }, "currency_mismatch"],
    ["of what was declined", "declined", { amount: amount(1n), isWholeReversal: false }, "authorization_declined"],
    ["while it is unknown", "unknown", { amount: amount(1n), isWholeReversal: false }, "authorization_unresolved"],
  ])("%s", (_what, state, move, refusal) => {
    expect(refusalOfMove({ state, currencyCode: "BRL" }, move)).toBe(refusal);
  });

  it("never where it is the whole reversal of what is unknown", () => {
    const move = { amount: undefined, isWholeReversal: true };
    expect(refusalOfMove({ state: "unknown", currencyCode: "BRL" }, move)).toBeUndefined();
  });
});

describe("what a vendor says", () => {
  it.each<[string, Partial<Snapshot>, string]>([
    ["a negative amount", { held: -1n }, "held is below zero"],
    ["no version", { version: 0n }, "version is not above zero"],
    ["that it does not know", { state: "unknown" }, "a vendor cannot not know"],
    ["a hold of what ended", { state: "reversed", approved: 1n, held: 1n }, "something is held by what is reversed"],
    ["a hold of too much", { approved: 2n, reversed: 1n, held: 2n }, "more is held than was approved and not reversed"],
    ["more back than taken", { state: "cleared", cleared: 1n, refunded: 2n }, "more came back than was taken"],
  ])("%s cannot be", (_what, over, fault) => {
    expect(faultOfSnapshot(said(over))).toBe(fault);
  });

  it("is taken in up to the newest, in whatever order and however often it comes", () => {
    const word = fc.record({ version: fc.bigInt({ min: 1n, max: 9n }), cleared: fc.constant(0n) });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const snapshots = words.map(({ version }) => said({ version, cleared: version * 10n }));
        const known = snapshots.reduce((before, one) => takeIn(before, one), said({ version: 0n }));
        const newest = snapshots.reduce((most, { version }) => (version > most ? version : most), 0n);
        expect([known.version, known.cleared]).toEqual([newest, newest * 10n]);
        expect(snapshots.reduce((before, one) => takeIn(before, one), known)).toEqual(known);
      }),
    );
  });
});

it.each([
  [undefined, "freeze", "card_not_found"],
  ["unknown", "use", "card_state_not_allowed"],
  ["inactive", "freeze", "card_state_not_allowed"],
  ["frozen", "activate", "card_state_not_allowed"],
  ["closed", "replace", "card_state_not_allowed"],
  ["closed", "close", undefined],
  ["frozen", "unfreeze", undefined],
  ["active", "freeze", undefined],
] as const)("a card that is %s: %s", (state, move, refusal) => {
  expect(refusalOfCardMove(state, move)).toBe(refusal);
});
