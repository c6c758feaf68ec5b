/** Which movements of money bring an authorization from one position to the next. */
import type { Position } from "./authorization.ts";

/** A movement; those of a plan happen all or none, in order. An authorization has one hold at a time. */
export type Movement =
  /** Reserves from the holder's funds; `atMost`: as much of it as they have. */
  | { readonly kind: "hold"; readonly amount: bigint; readonly atMost: boolean }
  /** Takes part or all of the hold there is, and lets the rest go. */
  | { readonly kind: "post"; readonly amount: bigint }
  /** Lets the hold there is go. */
  | { readonly kind: "void" }
  /** Takes from the holder's funds at once. */
  | { readonly kind: "take"; readonly amount: bigint; readonly atMost: boolean }
  /** Gives to the holder's funds. */
  | { readonly kind: "give"; readonly amount: bigint };

/** Plans the movements of a move. */
export function planMovements(before: Position, after: Position): Movement[] {
  const taken = after.cleared - before.cleared;
  const returned = cameBack(after) - cameBack(before);
  const isHoldTouched = before.held !== after.held || taken > 0n;
  const fromHold = taken < before.held ? taken : before.held;
  const movements: Movement[] = [];
  if (before.held > 0n && isHoldTouched) {
    // Posting a part lets the rest go, and the next hold takes it in the same chain: nothing can come between.
    movements.push(fromHold > 0n ? { kind: "post", amount: fromHold } : { kind: "void" });
  }
  if (taken > fromHold) {
    movements.push({ kind: "take", amount: taken - fromHold, atMost: false });
  }
  if (after.held > 0n && isHoldTouched) {
    movements.push({ kind: "hold", amount: after.held, atMost: false });
  }
  if (returned > 0n) {
    movements.push({ kind: "give", amount: returned });
  }
  if (returned < 0n) {
    movements.push({ kind: "take", amount: -returned, atMost: false });
  }
  return movements;
}

function cameBack({ refunded, disputed, chargedBack }: Position): bigint {
  return refunded + disputed + chargedBack;
}
