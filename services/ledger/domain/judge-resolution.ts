/** Judges a transfer that posts or voids a pending one. Guards are in the contract's order. */
import assert from "node:assert/strict";
import { type Books, findTransfer, nextTimeNs } from "./books.ts";
import type { Moment } from "./create-transfers.ts";
import { ZERO_ID } from "./id.ts";
import { faultOfImportedTime } from "./judge-movement.ts";
import { refused, type Verdict } from "./judge-transfer.ts";
import { isEmptyMetadata } from "./metadata.ts";
import type { TransferRefusal } from "./result.ts";
import { expiryTimeNs, type NewTransfer, PHASE, type Transfer } from "./transfer.ts";

/** Judges a post or void without faults of its own. */
export function judgeResolution(books: Books, asked: NewTransfer, moment: Moment): Verdict {
  const pending = findTransfer(books, asked.pendingId);
  if (pending === undefined) return refused("pending_transfer_not_found");
  if (pending.phase !== PHASE.pending) return refused("pending_transfer_not_pending");
  const transfer = resolutionOf(asked, pending, asked.importTimeNs ?? nextTimeNs(books, moment.nowNs));
  // An import too is judged now: what it would have found at the time that it gives is past.
  const mismatch = mismatchOf(asked, transfer, pending, nextTimeNs(books, moment.nowNs));
  if (mismatch !== undefined) return refused(mismatch);
  const debit = books.accounts.get(pending.debitAccountId);
  const credit = books.accounts.get(pending.creditAccountId);
  assert(debit !== undefined && credit !== undefined, "the accounts of a pending transfer are loaded with it");
  if (asked.importTimeNs !== undefined) {
    const fault = faultOfImportedTime(books, transfer, debit, credit);
    if (fault !== undefined) return refused(fault);
  }
  if (asked.phase === PHASE.post) {
    if (debit.closed) return refused("debit_account_already_closed");
    if (credit.closed) return refused("credit_account_already_closed");
  }
  return { kind: "accepted", transfer, debit, credit, pending, reversed: undefined };
}

/** The resolution as it would be booked: what is not given is the pending transfer's. */
export function resolutionOf(asked: NewTransfer, pending: Transfer, bookTimeNs: bigint): Transfer {
  return {
    id: asked.id,
    phase: asked.phase,
    flags: asked.flags,
    debitAccountId: asked.debitAccountId === ZERO_ID ? pending.debitAccountId : asked.debitAccountId,
    creditAccountId: asked.creditAccountId === ZERO_ID ? pending.creditAccountId : asked.creditAccountId,
    amount: asked.amount ?? pending.amount,
    released: pending.amount,
    currencyCode: asked.amount === undefined ? pending.currencyCode : asked.currencyCode,
    ledger: pending.ledger,
    code: asked.code === 0 ? pending.code : asked.code,
    pendingId: pending.id,
    timeoutSeconds: 0,
    metadata: isEmptyMetadata(asked.metadata) ? pending.metadata : asked.metadata,
    valueDate: asked.valueDate ?? pending.valueDate,
    reversesId: ZERO_ID,
    bookTimeNs,
    state: undefined,
    reversed: 0n,
  };
}

function mismatchOf(
  asked: NewTransfer,
  transfer: Transfer,
  pending: Transfer,
  timeNs: bigint,
): TransferRefusal | undefined {
  if (transfer.debitAccountId !== pending.debitAccountId) return "pending_transfer_has_different_debit_account_id";
  if (transfer.creditAccountId !== pending.creditAccountId) return "pending_transfer_has_different_credit_account_id";
  if (transfer.currencyCode !== pending.currencyCode) return "pending_transfer_has_different_currency";
  if (transfer.code !== pending.code) return "pending_transfer_has_different_code";
  if (transfer.amount > pending.amount) return "exceeds_pending_transfer_amount";
  if (asked.phase === PHASE.void && transfer.amount < pending.amount) return "pending_transfer_has_different_amount";
  if (pending.state === "posted") return "pending_transfer_already_posted";
  if (pending.state === "voided") return "pending_transfer_already_voided";
  const expiresNs = expiryTimeNs(pending);
  const isExpired = pending.state === "expired" || (expiresNs !== undefined && expiresNs <= timeNs);
  return isExpired ? "pending_transfer_expired" : undefined;
}
