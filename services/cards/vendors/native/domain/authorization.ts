/** An authorization's amounts and the moves between its states. Amounts in minor units. No I/O, no clock. */
import assert from "node:assert/strict";
import type { ResponseCode } from "./codes.ts";

/** deciding: the ledger was asked to hold, and did not answer yet. */
export type AuthorizationState = "deciding" | "approved" | "declined" | "cleared" | "reversed" | "expired";

/** What was done with money so far. */
export interface Amounts {
  readonly approved: bigint;
  readonly held: bigint;
  readonly reversed: bigint;
  readonly cleared: bigint;
  readonly refunded: bigint;
  readonly disputed: bigint;
  readonly chargedBack: bigint;
}

/** Where an authorization stands. */
export interface Position extends Amounts {
  readonly state: AuthorizationState;
}

/** Something to do with an authorization. `amount` undefined: all that is held. */
export type Move =
  | { readonly kind: "increment"; readonly amount: bigint }
  | { readonly kind: "reverse"; readonly amount: bigint | undefined }
  | { readonly kind: "clear"; readonly amount: bigint; readonly isFinal: boolean }
  | { readonly kind: "refund"; readonly amount: bigint }
  | { readonly kind: "dispute"; readonly amount: bigint }
  | { readonly kind: "end_dispute"; readonly isWon: boolean }
  | { readonly kind: "expire" };

/** Nothing happened yet. */
export const NO_AMOUNTS: Amounts = {
  approved: 0n,
  held: 0n,
  reversed: 0n,
  cleared: 0n,
  refunded: 0n,
  disputed: 0n,
  chargedBack: 0n,
};

/** How much more than is approved may be cleared, as a divisor: a fifth (CARDS-044). */
const TOLERANCE_DIVISOR = 5n;

/** Where a move leads if the ledger has the money for it; else the code that declines it. */
export function decideMove(before: Position, move: Move): Position | ResponseCode {
  const after = follow(positionOf(before), move);
  if (typeof after !== "string") {
    checkAmounts(after);
  }
  return after;
}

/** The position alone of what may know more. */
function positionOf({ state, approved, held, reversed, cleared, refunded, disputed, chargedBack }: Position): Position {
  return { state, approved, held, reversed, cleared, refunded, disputed, chargedBack };
}

function follow(before: Position, move: Move): Position | ResponseCode {
  if ("amount" in move && move.amount !== undefined && move.amount <= 0n) {
    return "13";
  }
  switch (move.kind) {
    case "increment":
      return before.state === "approved"
        ? { ...before, approved: before.approved + move.amount, held: before.held + move.amount }
        : "12";
    case "reverse":
      return reverse(before, move.amount);
    case "clear":
      return clear(before, move.amount, move.isFinal);
    case "refund":
      return move.amount > returnable(before) ? "13" : { ...before, refunded: before.refunded + move.amount };
    case "dispute":
      if (before.disputed > 0n) {
        return "12";
      }
      return move.amount > returnable(before) ? "13" : { ...before, disputed: move.amount };
    case "end_dispute":
      if (before.disputed === 0n) {
        return "12";
      }
      return { ...before, disputed: 0n, chargedBack: before.chargedBack + (move.isWon ? before.disputed : 0n) };
    case "expire":
      return before.state === "approved" ? { ...before, state: "expired", held: 0n } : "12";
  }
}

function reverse(before: Position, asked: bigint | undefined): Position | ResponseCode {
  if (before.state !== "approved") {
    return "12";
  }
  const amount = asked ?? before.held;
  if (amount > before.held) {
    return "13";
  }
  const after = { ...before, held: before.held - amount, reversed: before.reversed + amount };
  if (after.held > 0n) {
    return after;
  }
  return { ...after, state: after.cleared > 0n ? "cleared" : "reversed" };
}

function clear(before: Position, amount: bigint, isFinal: boolean): Position | ResponseCode {
  if (before.state !== "approved" && before.state !== "expired") {
    return "12";
  }
  const owed = before.approved - before.reversed;
  const cleared = before.cleared + amount;
  if (cleared > owed + owed / TOLERANCE_DIVISOR) {
    return "13";
  }
  const held = isFinal || amount > before.held ? 0n : before.held - amount;
  return { ...before, cleared, held, state: isFinal ? "cleared" : before.state };
}

/** What was taken and did not come back. */
function returnable({ cleared, refunded, disputed, chargedBack }: Amounts): bigint {
  return cleared - refunded - disputed - chargedBack;
}

/** What the holder's funds lack because of it. */
export function lackOf(amounts: Amounts): bigint {
  return amounts.held + returnable(amounts);
}

function checkAmounts(amounts: Position): void {
  for (const name of ["approved", "held", "reversed", "cleared", "refunded", "disputed", "chargedBack"] as const) {
    assert.ok(amounts[name] >= 0n, `${name} is below zero`);
  }
  assert.ok(returnable(amounts) >= 0n, "more came back than was taken");
  assert.ok(amounts.reversed <= amounts.approved, "more was reversed than approved");
  assert.ok(amounts.state === "approved" || amounts.state === "deciding" || amounts.held === 0n, "held after the end");
}
