/** What a move leads to, written down before the ledger is asked, so that it can be taken up again. */
import type { Amounts, Position } from "./authorization.ts";
import { NO_AMOUNTS } from "./authorization.ts";
import type { ResponseCode } from "./codes.ts";
import type { Movement } from "./movements.ts";

/** A plan. */
export interface Plan {
  readonly movements: readonly Movement[];
  /** The position afterwards; of a decision with `atMost` the amounts follow from what the ledger moved. */
  readonly after: Position;
  /** First decision on a use of a card. */
  readonly isDecision: boolean;
  /** Seconds until the ledger lets a hold of this plan go by itself, should the processor never do it. */
  readonly timeoutSeconds: number;
}

/** What the ledger answered to a plan. */
export interface Booked {
  /** "00", or why nothing moved. */
  readonly code: ResponseCode;
  /** What the first movement moved. */
  readonly moved: bigint;
}

/** Where a use of a card begins when it is approved: held, or taken in one message. */
export function approvedPosition(approved: bigint, isSingleMessage: boolean): Position {
  const amounts: Amounts = { ...NO_AMOUNTS, approved };
  return isSingleMessage
    ? { ...amounts, cleared: approved, state: "cleared" }
    : { ...amounts, held: approved, state: "approved" };
}

/** Where a plan ended, and the code of its answer. */
export function settlePlan(
  before: Position,
  plan: Plan,
  { code, moved }: Booked,
): { after: Position; code: ResponseCode } {
  if (!plan.isDecision) {
    return code === "00" ? { after: plan.after, code } : { after: before, code };
  }
  if (code !== "00" || moved === 0n) {
    return { after: { ...NO_AMOUNTS, state: "declined" }, code: code === "00" ? "51" : code };
  }
  const isWhole = moved === plan.after.approved;
  return { after: approvedPosition(moved, plan.after.state === "cleared"), code: isWhole ? "00" : "10" };
}
