/** Compares a transfer with the one that was booked under its id. Fields are compared in the contract's order. */
import { type Books, findTransfer } from "./books.ts";
import { resolutionOf } from "./judge-resolution.ts";
import { isSameMetadata } from "./metadata.ts";
import type { TransferRefusal, TransferResult } from "./result.ts";
import { bookingDayOf, FLAG, type NewTransfer, PHASE, type Transfer, valueDateOf } from "./transfer.ts";

/** EXISTS where it is the same, else the first field that differs. */
export function judgeExisting(books: Books, existing: Transfer, asked: NewTransfer): TransferResult {
  const difference = differenceOfKind(existing, asked) ?? differenceOf(books, existing, asked);
  return difference === undefined ? { status: "exists", bookTimeNs: existing.bookTimeNs } : { status: difference };
}

function differenceOfKind(existing: Transfer, asked: NewTransfer): TransferRefusal | undefined {
  if (((asked.flags ^ existing.flags) & FLAG.linked) !== 0) return "exists_with_different_linked";
  const isSameKind = asked.flags === existing.flags && asked.phase === existing.phase;
  if (!isSameKind) return "exists_with_different_flags";
  if (asked.pendingId !== existing.pendingId) return "exists_with_different_pending_id";
  return asked.timeoutSeconds === existing.timeoutSeconds ? undefined : "exists_with_different_timeout";
}

function differenceOf(books: Books, existing: Transfer, asked: NewTransfer): TransferRefusal | undefined {
  const pending = existing.phase === PHASE.single ? undefined : findTransfer(books, existing.pendingId);
  // What a post or void leaves out is the pending transfer's, now as it was then.
  const same = pending === undefined ? asked : resolutionOf(asked, pending, existing.bookTimeNs);
  if (same.debitAccountId !== existing.debitAccountId) return "exists_with_different_debit_account_id";
  if (same.creditAccountId !== existing.creditAccountId) return "exists_with_different_credit_account_id";
  if (!isSameAmount(existing, same.amount, pending)) return "exists_with_different_amount";
  if (same.currencyCode !== existing.currencyCode) return "exists_with_different_currency";
  if (!isSameMetadata(same.metadata, existing.metadata)) return "exists_with_different_metadata";
  // What was booked shows its day also where none was given, and can be sent again as it was read.
  const valueDate = same.valueDate ?? bookingDayOf(existing);
  if (valueDate !== valueDateOf(existing)) return "exists_with_different_value_date";
  if (asked.reversesId !== existing.reversesId) return "exists_with_different_reverses_id";
  if (same.code !== existing.code) return "exists_with_different_code";
  return undefined;
}

/** Where less was moved than could have been asked for, more may be asked for again, as TigerBeetle has it. */
function isSameAmount(existing: Transfer, asked: bigint | undefined, pending: Transfer | undefined): boolean {
  if (asked === undefined) {
    return false;
  }
  const isBalancing = (existing.flags & (FLAG.balancingDebit | FLAG.balancingCredit)) !== 0;
  const isWholePost = existing.phase === PHASE.post && existing.amount === pending?.amount;
  return isBalancing || isWholePost ? asked >= existing.amount : asked === existing.amount;
}
