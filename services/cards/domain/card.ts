/** A card as the bank keeps it: all but its number. */

/** unknown: the vendor was asked to issue it, and whether it did is not known yet. */
export type CardState = "unknown" | "inactive" | "active" | "frozen" | "closed";

/** What callers do to a card. */
export type CardMove = "activate" | "freeze" | "unfreeze" | "close" | "replace" | "use";

export type CardRefusal = "card_not_found" | "card_state_not_allowed";

/** States from which each move leads somewhere, or to where the card is. */
const ALLOWED: Readonly<Record<CardMove, readonly CardState[]>> = {
  activate: ["inactive", "active"],
  freeze: ["active", "frozen"],
  unfreeze: ["frozen", "active"],
  close: ["inactive", "active", "frozen", "closed"],
  replace: ["inactive", "active", "frozen"],
  // Whatever else a vendor does with it: the vendor says what its state declines.
  use: ["inactive", "active", "frozen", "closed"],
};

/** Why a move of a card is refused; undefined where it is not. */
export function refusalOfMove(state: CardState | undefined, move: CardMove): CardRefusal | undefined {
  if (state === undefined) {
    return "card_not_found";
  }
  return ALLOWED[move].includes(state) ? undefined : "card_state_not_allowed";
}
