/** What the ledger's answer to a chain of transfers means for the operation. */
import { CreateTransferStatus as Status } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { CreateTransferResult } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { OperationRefusal, Outcome } from "../domain/operation.ts";
import { toTimeNs } from "../mapping.ts";

/** Statuses that are everyday answers; every other refusal of the ledger means that the plan was wrong. */
const REFUSALS: Partial<Record<Status, OperationRefusal>> = {
  [Status.EXCEEDS_CREDITS]: "insufficient_funds",
  [Status.OVERFLOWS_DEBITS_POSTED]: "balance_overflow",
  [Status.OVERFLOWS_CREDITS_POSTED]: "balance_overflow",
};

/**
 * Reads the results of an operation's legs, one chain.
 *
 * @throws Error for an answer that cannot be: nothing may then be concluded, and the operation stays under way.
 */
export function outcomeOf(operationId: string, results: readonly CreateTransferResult[]): Outcome {
  const [first] = results;
  // A chain is posted whole or not at all, so its first transfer speaks for all. A ledger that counts EXISTS as a failure
  // of its link (TigerBeetle does) answers the replay of a posted chain with EXISTS and LINKED_EVENT_FAILED.
  if (first !== undefined && results.every(isPosted(first.status)) && first.bookTime !== undefined) {
    return { state: "posted", bookTimeNs: toTimeNs(first.bookTime) };
  }
  const culprit = results.find(({ status }) => status !== Status.LINKED_EVENT_FAILED);
  const status = culprit?.status === Status.ID_ALREADY_FAILED ? culprit.firstStatus : culprit?.status;
  const reason = status === undefined ? undefined : REFUSALS[status];
  if (reason === undefined) {
    const statuses = results.map((result) => Status[result.status]).join(", ");
    throw new Error(`the ledger answered operation ${operationId} with ${statuses}`);
  }
  return { state: "refused", refusal: { reason, metadata: {} } };
}

function isPosted(first: Status): (result: CreateTransferResult) => boolean {
  return ({ status }) =>
    status === Status.CREATED ||
    status === Status.EXISTS ||
    (first === Status.EXISTS && status === Status.LINKED_EVENT_FAILED);
}
