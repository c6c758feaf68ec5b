/** Parts of a verification, and what came of each. */

export type StepKind = "identifier" | "document" | "screening";
export type Reason = "check_digit" | "data_mismatch" | "document_expired" | "unreadable";

/** What came of a look: passed, failed for a reason, left to a person, or not looked yet. */
export type Finding =
  | { readonly outcome: "passed" | "waiting" | "needs_review" }
  | { readonly outcome: "failed"; readonly reason: Reason };

export type Step = { readonly kind: StepKind } & Finding;

export const PASSED: Finding = { outcome: "passed" };

/** Speaks against the party. */
export function failed(reason: Reason): Finding {
  return { outcome: "failed", reason };
}
