/** Where a verification may go from where it stands. */

export type State =
  | "pending"
  | "needs_documents"
  | "processing"
  | "in_review"
  | "passed"
  | "failed"
  | "expired"
  | "cancelled"
  | "unknown";

/** What a caller does to a verification. */
export type Move = "decide" | "cancel";

export type Refusal = "verification_not_found" | "verification_state_not_allowed";

const OPEN: readonly State[] = ["needs_documents", "processing", "in_review", "unknown"];
const FROM_OPEN: readonly State[] = [...OPEN, "passed", "failed", "cancelled"];

const MOVES: Readonly<Record<State, readonly State[]>> = {
  pending: FROM_OPEN,
  needs_documents: FROM_OPEN,
  processing: FROM_OPEN,
  in_review: FROM_OPEN,
  unknown: FROM_OPEN,
  passed: ["expired"],
  failed: [],
  expired: [],
  cancelled: [],
};

/** States from which a caller may ask for a move, or has had it already. */
const ALLOWED: Readonly<Record<Move, readonly State[]>> = {
  decide: ["in_review"],
  cancel: [...OPEN, "cancelled"],
};

/** Whether nothing follows. */
export function isEnd(state: State): boolean {
  return MOVES[state].length === 0;
}

/**
 * The states on the way to where a vendor says it stands, the last being that; empty where it stays where it is. What
 * passed and expired while nobody heard has passed all the same.
 */
export function wayTo(from: State, said: State): readonly State[] {
  if (from === said) {
    return [];
  }
  if (MOVES[from].includes(said)) {
    return [said];
  }
  return said === "expired" && MOVES[from].includes("passed") ? ["passed", "expired"] : [];
}

/** Why a caller's move is refused; undefined where it is not. */
export function refusalOf(state: State | undefined, move: Move): Refusal | undefined {
  if (state === undefined) {
    return "verification_not_found";
  }
  return ALLOWED[move].includes(state) ? undefined : "verification_state_not_allowed";
}

/** Where a vendor's answer leads: nowhere where it is older than what is known, or a person or time has had the last word. */
export function heard(
  known: { readonly state: State; readonly version: bigint; readonly isDecided: boolean },
  said: { readonly state: State; readonly version: bigint },
): { readonly isNews: boolean; readonly way: readonly State[] } {
  const isNews = said.version >= known.version && !known.isDecided && !isEnd(known.state);
  return { isNews, way: isNews ? wayTo(known.state, said.state) : [] };
}
