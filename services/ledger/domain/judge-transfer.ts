/** Judges one transfer. Guards are in the contract's order: the first that applies is the answer. */
import type { Account } from "./account.ts";
import { type Books, findTransfer, isNewId } from "./books.ts";
import type { Moment } from "./create-transfers.ts";
import { MAX_ID, ZERO_ID } from "./id.ts";
import { faultOfImport } from "./import.ts";
import { judgeExisting } from "./judge-existing.ts";
import { judgeMovement } from "./judge-movement.ts";
import { judgeResolution } from "./judge-resolution.ts";
import type { TransferRefusal, TransferResult } from "./result.ts";
import { FLAG, type NewTransfer, PHASE, type Transfer } from "./transfer.ts";

/** Whether a transfer may be booked, and what it then is. */
export type Verdict =
  | {
      readonly kind: "accepted";
      readonly transfer: Transfer;
      readonly debit: Account;
      readonly credit: Account;
      /** The one that it posts or voids. */
      readonly pending: Transfer | undefined;
      /** The one that it reverses. */
      readonly reversed: Transfer | undefined;
    }
  | { readonly kind: "refused"; readonly result: TransferResult };

/** A refusal. */
export function refused(status: TransferRefusal): Verdict {
  return { kind: "refused", result: { status } };
}

/** Judges a transfer by the books as they stand. Changes nothing. */
export function judgeTransfer(books: Books, asked: NewTransfer, moment: Moment): Verdict {
  const importFault = faultOfImport(asked.importTimeNs, moment.imports, moment.nowNs);
  if (importFault !== undefined) return refused(importFault);
  if (asked.id === ZERO_ID) return refused("id_must_not_be_zero");
  if (asked.id === MAX_ID) return refused("id_must_not_be_int_max");
  if (!isNewId(books, asked.id)) {
    const existing = findTransfer(books, asked.id);
    if (existing !== undefined) return { kind: "refused", result: judgeExisting(books, existing, asked) };
    const firstStatus = books.failures.get(asked.id);
    if (firstStatus !== undefined) return { kind: "refused", result: { status: "id_already_failed", firstStatus } };
  }
  const fault = faultOfItem(asked);
  if (fault !== undefined) return refused(fault);
  return isResolution(asked) ? judgeResolution(books, asked, moment) : judgeMovement(books, asked, moment);
}

function isResolution({ phase }: NewTransfer): boolean {
  return phase === PHASE.post || phase === PHASE.void;
}

const CLOSING = FLAG.closingDebit | FLAG.closingCredit;
const BALANCING = FLAG.balancingDebit | FLAG.balancingCredit;

/** What is wrong with a transfer by itself. */
function faultOfItem(asked: NewTransfer): TransferRefusal | undefined {
  if (asked.amount !== undefined && asked.amount < 0n) return "amount_must_not_be_negative";
  if (asked.reversesId !== ZERO_ID && asked.phase !== PHASE.single) return "flags_are_mutually_exclusive";
  const fault = isResolution(asked) ? faultOfResolution(asked) : faultOfMovement(asked);
  return fault ?? (Number.isNaN(asked.valueDate) ? "value_date_invalid" : faultOfCode(asked));
}

function faultOfResolution(asked: NewTransfer): TransferRefusal | undefined {
  if ((asked.flags & (CLOSING | BALANCING)) !== 0) return "flags_are_mutually_exclusive";
  if (asked.pendingId === ZERO_ID) return "pending_id_must_not_be_zero";
  if (asked.pendingId === MAX_ID) return "pending_id_must_not_be_int_max";
  if (asked.pendingId === asked.id) return "pending_id_must_be_different";
  return asked.timeoutSeconds === 0 ? undefined : "timeout_reserved_for_pending_transfer";
}

function faultOfMovement(asked: NewTransfer): TransferRefusal | undefined {
  if (asked.debitAccountId === ZERO_ID) return "debit_account_id_must_not_be_zero";
  if (asked.debitAccountId === MAX_ID) return "debit_account_id_must_not_be_int_max";
  if (asked.creditAccountId === ZERO_ID) return "credit_account_id_must_not_be_zero";
  if (asked.creditAccountId === MAX_ID) return "credit_account_id_must_not_be_int_max";
  if (asked.debitAccountId === asked.creditAccountId) return "accounts_must_be_different";
  if (asked.pendingId !== ZERO_ID) return "pending_id_must_be_zero";
  if (asked.phase !== PHASE.pending) {
    if (asked.timeoutSeconds !== 0) return "timeout_reserved_for_pending_transfer";
    if ((asked.flags & CLOSING) !== 0) return "closing_transfer_must_be_pending";
  }
  return asked.amount === undefined ? "amount_must_be_set" : undefined;
}

function faultOfCode(asked: NewTransfer): TransferRefusal | undefined {
  return asked.code === 0 && !isResolution(asked) ? "code_must_not_be_zero" : undefined;
}
