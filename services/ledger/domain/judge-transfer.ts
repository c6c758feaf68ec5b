/** Judges one transfer. Guards are in the contract's order: the first that applies is the answer. */
import { type Account, allows, MAX_BALANCE } from "./account.ts";
import { type Books, credited, debited } from "./books.ts";
import { faultOfId } from "./id.ts";
import { isSameMetadata } from "./metadata.ts";
import type { TransferRefusal, TransferResult } from "./result.ts";
import type { NewTransfer } from "./transfer.ts";

/** Whether a transfer may be posted, and between which accounts. */
export type Verdict =
  | { readonly kind: "accepted"; readonly debit: Account; readonly credit: Account }
  | { readonly kind: "refused"; readonly result: TransferResult };

/** Judges a transfer by the books as they stand. Changes nothing. */
export function judgeTransfer(books: Books, asked: NewTransfer): Verdict {
  const fault = faultOfId(asked.id);
  if (fault !== undefined) return refused(fault);
  const existing = books.transfers.get(asked.id);
  if (existing !== undefined) {
    const difference = differenceOf(existing, asked);
    return difference === undefined
      ? { kind: "refused", result: { status: "exists", bookTimeNs: existing.bookTimeNs } }
      : refused(difference);
  }
  const firstStatus = books.failedTransfers.get(asked.id);
  if (firstStatus !== undefined) return { kind: "refused", result: { status: "id_already_failed", firstStatus } };
  if (asked.amount <= 0n) return refused("amount_must_be_positive");
  if (asked.debitAccountId === asked.creditAccountId) return refused("accounts_must_be_different");
  const debit = books.accounts.get(asked.debitAccountId);
  if (debit === undefined) return refused("debit_account_not_found");
  const credit = books.accounts.get(asked.creditAccountId);
  if (credit === undefined) return refused("credit_account_not_found");
  const mismatch = mismatchOf(asked, debit, credit) ?? excessOf(asked, debit, credit);
  return mismatch === undefined ? { kind: "accepted", debit, credit } : refused(mismatch);
}

function refused(status: TransferRefusal): Verdict {
  return { kind: "refused", result: { status } };
}

function differenceOf(existing: NewTransfer, asked: NewTransfer): TransferRefusal | undefined {
  if (asked.linked !== existing.linked) return "exists_with_different_linked";
  if (asked.debitAccountId !== existing.debitAccountId) return "exists_with_different_debit_account_id";
  if (asked.creditAccountId !== existing.creditAccountId) return "exists_with_different_credit_account_id";
  if (asked.amount !== existing.amount) return "exists_with_different_amount";
  if (asked.currencyCode !== existing.currencyCode) return "exists_with_different_currency";
  if (!isSameMetadata(asked.metadata, existing.metadata)) return "exists_with_different_metadata";
  if (asked.code !== existing.code) return "exists_with_different_code";
  return undefined;
}

function mismatchOf(asked: NewTransfer, debit: Account, credit: Account): TransferRefusal | undefined {
  if (debit.ledger !== credit.ledger) return "accounts_must_have_the_same_ledger";
  const isOneCurrency = debit.currencyCode === credit.currencyCode && debit.currencyCode === asked.currencyCode;
  return isOneCurrency ? undefined : "currencies_must_match";
}

/** What the amount would be too much for. */
function excessOf({ amount }: NewTransfer, debit: Account, credit: Account): TransferRefusal | undefined {
  if (amount > MAX_BALANCE - debit.debitsPosted) return "overflows_debits_posted";
  if (amount > MAX_BALANCE - credit.creditsPosted) return "overflows_credits_posted";
  if (!allows(debit, debited(debit, amount))) return "exceeds_credits";
  if (!allows(credit, credited(credit, amount))) return "exceeds_debits";
  return undefined;
}
