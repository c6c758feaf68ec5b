import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideMove, lackOf, type Move, NO_AMOUNTS, type Position } from "./authorization.ts";
import { type Movement, planMovements } from "./movements.ts";
import { approvedPosition, settlePlan } from "./plan.ts";

const approved = (amount: bigint) => approvedPosition(amount, false);
const at = (over: Partial<Position>): Position => ({ ...NO_AMOUNTS, state: "approved", ...over });

describe("a move of an authorization", () => {
  it.each<[string, Position, Move, string]>([
    ["increment", approved(10n), { kind: "increment", amount: 5n }, "approved held 15"],
    ["increment of what was reversed", at({ state: "reversed" }), { kind: "increment", amount: 5n }, "12"],
    ["increment of nothing", approved(10n), { kind: "increment", amount: 0n }, "13"],
    ["whole reversal", approved(10n), { kind: "reverse", amount: undefined }, "reversed held 0"],
    ["reversal of a part", approved(10n), { kind: "reverse", amount: 4n }, "approved held 6"],
    ["reversal of more than is held", approved(10n), { kind: "reverse", amount: 11n }, "13"],
    [
      "second reversal",
      at({ state: "reversed", approved: 10n, reversed: 10n }),
      { kind: "reverse", amount: undefined },
      "12",
    ],
    [
      "reversal of the rest after a clearing",
      at({ approved: 10n, held: 6n, cleared: 4n }),
      { kind: "reverse", amount: undefined },
      "cleared held 0",
    ],
    ["clearing of a part", approved(10n), { kind: "clear", amount: 4n, isFinal: false }, "approved held 6"],
    ["final clearing of a part", approved(10n), { kind: "clear", amount: 4n, isFinal: true }, "cleared held 0"],
    ["clearing of a fifth more", approved(10n), { kind: "clear", amount: 12n, isFinal: true }, "cleared held 0"],
    ["clearing of more than a fifth more", approved(10n), { kind: "clear", amount: 13n, isFinal: true }, "13"],
    [
      "late clearing",
      at({ state: "expired", approved: 10n }),
      { kind: "clear", amount: 10n, isFinal: true },
      "cleared held 0",
    ],
    [
      "clearing after the final one",
      at({ state: "cleared", approved: 10n, cleared: 4n }),
      { kind: "clear", amount: 1n, isFinal: false },
      "12",
    ],
    [
      "refund of more than was cleared",
      at({ state: "cleared", approved: 10n, cleared: 4n }),
      { kind: "refund", amount: 5n },
      "13",
    ],
    [
      "second chargeback",
      at({ state: "cleared", approved: 9n, cleared: 9n, disputed: 1n }),
      { kind: "dispute", amount: 1n },
      "12",
    ],
    [
      "end of no chargeback",
      at({ state: "cleared", approved: 9n, cleared: 9n }),
      { kind: "end_dispute", isWon: true },
      "12",
    ],
    ["expiry", approved(10n), { kind: "expire" }, "expired held 0"],
    ["expiry of what was cleared", at({ state: "cleared", approved: 10n, cleared: 10n }), { kind: "expire" }, "12"],
  ])("%s", (_what, before, move, expected) => {
    const after = decideMove(before, move);
    expect(typeof after === "string" ? after : `${after.state} held ${after.held}`).toBe(expected);
  });
});

/** A ledger of one account, as the processor uses it. */
interface Books {
  posted: bigint;
  hold: bigint;
}

/** Books movements, all or none; false where the funds do not suffice. */
function book(books: Books, movements: readonly Movement[], funds: bigint): boolean {
  const after = { ...books };
  for (const movement of movements) {
    switch (movement.kind) {
      case "hold":
        expect(after.hold, "one hold at a time").toBe(0n);
        after.hold = movement.amount;
        break;
      case "post":
        expect(movement.amount <= after.hold, "posted what was held").toBe(true);
        after.posted += movement.amount;
        after.hold = 0n;
        break;
      case "void":
        after.hold = 0n;
        break;
      case "take":
        after.posted += movement.amount;
        break;
      case "give":
        after.posted -= movement.amount;
        break;
    }
    if (after.posted + after.hold > funds && (movement.kind === "hold" || movement.kind === "take")) {
      return false;
    }
  }
  Object.assign(books, after);
  return true;
}

const minor = fc.bigInt({ min: -1n, max: 400n });
const moves: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("increment" as const), amount: minor }),
  fc.record({ kind: fc.constant("reverse" as const), amount: fc.option(minor, { nil: undefined }) }),
  fc.record({ kind: fc.constant("clear" as const), amount: minor, isFinal: fc.boolean() }),
  fc.record({ kind: fc.constant("refund" as const), amount: minor }),
  fc.record({ kind: fc.constant("dispute" as const), amount: minor }),
  fc.record({ kind: fc.constant("end_dispute" as const), isWon: fc.boolean() }),
  fc.constant({ kind: "expire" as const }),
);

describe("the life of an authorization", () => {
  it("takes from the funds just what its amounts say, and never holds less than nothing", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1_000n }),
        fc.bigInt({ min: 1n, max: 500n }),
        fc.boolean(),
        fc.array(moves, { maxLength: 25 }),
        (funds, asked, isSingleMessage, life) => {
          const books: Books = { posted: 0n, hold: 0n };
          const first = approvedPosition(asked, isSingleMessage);
          let position: Position = { ...NO_AMOUNTS, state: "declined" };
          if (book(books, planMovements(position, first), funds)) {
            position = first;
          }
          for (const move of life) {
            const after = decideMove(position, move);
            if (typeof after !== "string" && book(books, planMovements(position, after), funds)) {
              position = after;
            }
            expect(books.hold).toBe(position.held);
            expect(books.posted + books.hold).toBe(lackOf(position));
            expect(position.held >= 0n && books.posted >= 0n && books.posted + books.hold <= funds).toBe(true);
            const owed = position.approved - position.reversed;
            expect(position.cleared <= owed + owed / 5n).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("has ends that nothing leaves with a hold", () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 25 }), (life) => {
        let position = approved(100n);
        for (const move of life) {
          const after = decideMove(position, move);
          position = typeof after === "string" ? position : after;
          if (position.state !== "approved") {
            expect(position.held).toBe(0n);
          }
        }
      }),
    );
  });
});

describe("a decision", () => {
  const plan = (isSingleMessage: boolean) => ({
    movements: [],
    after: approvedPosition(100n, isSingleMessage),
    isDecision: true,
    timeoutSeconds: 1,
  });

  it.each([
    ["whole", { code: "00", moved: 100n }, false, "00 approved 100 held 100"],
    ["in part", { code: "00", moved: 30n }, false, "10 approved 30 held 30"],
    ["in part, in one message", { code: "00", moved: 30n }, true, "10 cleared 30 held 0"],
    ["of nothing", { code: "00", moved: 0n }, false, "51 declined 0 held 0"],
    ["refused", { code: "51", moved: 0n }, false, "51 declined 0 held 0"],
  ] as const)("%s", (_what, booked, isSingleMessage, expected) => {
    const { after, code } = settlePlan(at({ state: "deciding" }), plan(isSingleMessage), booked);
    expect(`${code} ${after.state} ${after.approved} held ${after.held}`).toBe(expected);
  });
});
