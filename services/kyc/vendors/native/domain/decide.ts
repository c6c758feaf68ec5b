/** From what came of the steps to where the verification stands. */
import type { Finding, Step } from "./step.ts";

export type State = "needs_documents" | "in_review" | "passed" | "failed" | "expired" | "cancelled";

/** Where it stands: one failure is enough; a document comes before a person, who should decide about the whole. */
export function decide(steps: readonly Step[]): State {
  const has = (outcome: Step["outcome"]) => steps.some((step) => step.outcome === outcome);
  if (has("failed")) {
    return "failed";
  }
  if (has("waiting")) {
    return "needs_documents";
  }
  return has("needs_review") ? "in_review" : "passed";
}

/** The steps with what came of the document. */
export function withDocument(steps: readonly Step[], finding: Finding): Step[] {
  return steps.map((step) => (step.kind === "document" ? { kind: "document", ...finding } : step));
}

/** Whether it can be given up: it is not decided. */
export function isOpen(state: State): boolean {
  return state === "needs_documents" || state === "in_review";
}
