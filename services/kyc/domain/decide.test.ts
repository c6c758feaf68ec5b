import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heard, isEnd, refusalOf, type State, wayTo } from "./decide.ts";

const STATES: readonly State[] = [
  "pending",
  "needs_documents",
  "processing",
  "in_review",
  "passed",
  "failed",
  "expired",
  "cancelled",
  "unknown",
];

describe("a verification", () => {
  it.each<[State, State, readonly State[]]>([
    ["pending", "processing", ["processing"]],
    ["pending", "passed", ["passed"]],
    ["pending", "expired", ["passed", "expired"]],
    ["unknown", "needs_documents", ["needs_documents"]],
    ["unknown", "expired", ["passed", "expired"]],
    ["in_review", "failed", ["failed"]],
    ["processing", "pending", []],
    ["passed", "in_review", []],
    ["passed", "failed", []],
    ["passed", "expired", ["expired"]],
    ["processing", "processing", []],
  ])("that is %s and said to be %s goes by %j", (from, said, way) => {
    expect(wayTo(from, said)).toEqual(way);
  });

  it.each(["failed", "expired", "cancelled"] as const)("that is %s has ended", (state) => {
    expect(isEnd(state)).toBe(true);
  });

  it("is decided only in review, and cancelled only while it is open", () => {
    const allowing = (move: "decide" | "cancel") =>
      STATES.filter((state) => refusalOf(state, move) === undefined).toSorted();
    expect(allowing("decide")).toEqual(["in_review"]);
    expect(allowing("cancel")).toEqual(["cancelled", "in_review", "needs_documents", "processing", "unknown"]);
    expect(refusalOf(undefined, "decide")).toBe("verification_not_found");
  });

  it("that a person decided hears its vendor no more", () => {
    const known = { state: "passed", version: 3n, isDecided: true } as const;
    expect(heard(known, { state: "expired", version: 4n })).toEqual({ isNews: false, way: [] });
  });

  it("takes nothing older in, and never leaves an end, whatever vendors say in whatever order", () => {
    const saying = fc.record({ state: fc.constantFrom(...STATES), version: fc.bigInt({ min: 1n, max: 9n }) });
    fc.assert(
      fc.property(fc.array(saying, { maxLength: 30 }), (sayings) => {
        let known: { state: State; version: bigint; isDecided: boolean } = {
          state: "pending",
          version: 0n,
          isDecided: false,
        };
        for (const said of sayings) {
          const { isNews, way } = heard(known, said);
          const after = way.at(-1) ?? known.state;
          expect(isEnd(known.state) && after !== known.state).toBe(false);
          expect(said.version < known.version && isNews).toBe(false);
          expect(known.state === "passed" && !["passed", "expired"].includes(after)).toBe(false);
          known = { ...known, state: after, version: isNews ? said.version : known.version };
        }
      }),
    );
  });
});
