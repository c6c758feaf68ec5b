/** Judges a transfer that moves or reserves money. Guards are in the contract's order. */
import { type Account, availableToCredit, availableToDebit, MAX_BALANCE } from "./account.ts";
import { type Books, findTransfer, nextTimeNs } from "./books.ts";
import type { Moment } from "./create-transfers.ts";
import { ZERO_ID } from "./id.ts";
import { MAX_TIME_NS } from "./import.ts";
import { refused, type Verdict } from "./judge-transfer.ts";
import type { TransferRefusal } from "./result.ts";
import { expiryTimeNs, FLAG, type NewTransfer, PHASE, type Transfer } from "./transfer.ts";

/** Judges a single-phase or pending transfer without faults of its own. */
export function judgeMovement(books: Books, asked: NewTransfer, moment: Moment): Verdict {
  const debit = books.accounts.get(asked.debitAccountId);
  if (debit === undefined) return refused("debit_account_not_found");
  const credit = books.accounts.get(asked.creditAccountId);
  if (credit === undefined) return refused("credit_account_not_found");
  if (debit.ledger !== credit.ledger) return refused("accounts_must_have_the_same_ledger");
  if (debit.currencyCode !== credit.currencyCode || debit.currencyCode !== asked.currencyCode) {
    return refused("currencies_must_match");
  }
  const reversed = asked.reversesId === ZERO_ID ? undefined : findTransfer(books, asked.reversesId);
  const transfer: Transfer = {
    id: asked.id,
    phase: asked.phase,
    flags: asked.flags,
    // The accounts' own texts: a booked transfer is kept for a while, and the request's would be kept with it.
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    amount: amountToMove(asked, debit, credit),
    released: 0n,
    currencyCode: debit.currencyCode,
    ledger: debit.ledger,
    code: asked.code,
    pendingId: ZERO_ID,
    timeoutSeconds: asked.timeoutSeconds,
    metadata: asked.metadata,
    valueDate: asked.valueDate,
    reversesId: asked.reversesId,
    bookTimeNs: asked.importTimeNs ?? nextTimeNs(books, moment.nowNs),
    state: asked.phase === PHASE.pending ? "pending" : undefined,
    reversed: 0n,
  };
  const refusal =
    (asked.reversesId === ZERO_ID ? undefined : faultOfReversal(transfer, reversed)) ??
    (asked.importTimeNs === undefined ? undefined : faultOfImportedTime(books, transfer, debit, credit)) ??
    excessOf(transfer, debit, credit);
  return refusal === undefined
    ? { kind: "accepted", transfer, debit, credit, pending: undefined, reversed }
    : refused(refusal);
}

/** What a balancing transfer moves: at most what is asked for, and what is available. */
function amountToMove({ amount = 0n, flags }: NewTransfer, debit: Account, credit: Account): bigint {
  let most = amount;
  if ((flags & FLAG.balancingDebit) !== 0) {
    most = smaller(most, availableToDebit(debit));
  }
  if ((flags & FLAG.balancingCredit) !== 0) {
    most = smaller(most, availableToCredit(credit));
  }
  return most > 0n ? most : 0n;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function faultOfReversal(reversal: Transfer, original: Transfer | undefined): TransferRefusal | undefined {
  if (original === undefined) return "reversed_transfer_not_found";
  if (original.phase !== PHASE.single && original.phase !== PHASE.post) return "reversed_transfer_not_posted";
  const isMirrored =
    reversal.debitAccountId === original.creditAccountId && reversal.creditAccountId === original.debitAccountId;
  if (!isMirrored) return "reversal_must_mirror_accounts";
  return reversal.amount > original.amount - original.reversed ? "exceeds_reversed_transfer_amount" : undefined;
}

/** The fault of an import's time beside what the books hold. */
export function faultOfImportedTime(
  books: Books,
  { bookTimeNs, timeoutSeconds }: Transfer,
  debit: Account,
  credit: Account,
): TransferRefusal | undefined {
  if (bookTimeNs <= books.lastTransferTimeNs) return "imported_event_timestamp_must_not_regress";
  if (bookTimeNs <= debit.createTimeNs) return "imported_event_timestamp_must_postdate_debit_account";
  if (bookTimeNs <= credit.createTimeNs) return "imported_event_timestamp_must_postdate_credit_account";
  return timeoutSeconds === 0 ? undefined : "imported_event_timeout_must_be_zero";
}

/** What the amount would be too much for, or what is closed to it. */
function excessOf(transfer: Transfer, debit: Account, credit: Account): TransferRefusal | undefined {
  if (debit.closed) return "debit_account_already_closed";
  if (credit.closed) return "credit_account_already_closed";
  const debits = debit.debitsPosted + debit.debitsPending + transfer.amount;
  const credits = credit.creditsPosted + credit.creditsPending + transfer.amount;
  // Where the whole fits, each part does.
  if (debits > MAX_BALANCE || credits > MAX_BALANCE) return overflowOf(transfer, debit, credit);
  if (transfer.timeoutSeconds > 0 && (expiryTimeNs(transfer) ?? 0n) > MAX_TIME_NS) return "overflows_timeout";
  if (debit.balanceConstraint === "debits_must_not_exceed_credits") {
    if (debits > debit.creditsPosted + debit.overdraftLimit) return "exceeds_credits";
  }
  if (credit.balanceConstraint === "credits_must_not_exceed_debits") {
    if (credits > credit.debitsPosted + credit.overdraftLimit) return "exceeds_debits";
  }
  return undefined;
}

function overflowOf({ amount, phase }: Transfer, debit: Account, credit: Account): TransferRefusal {
  if (phase === PHASE.pending) {
    if (debit.debitsPending + amount > MAX_BALANCE) return "overflows_debits_pending";
    if (credit.creditsPending + amount > MAX_BALANCE) return "overflows_credits_pending";
  }
  if (debit.debitsPosted + amount > MAX_BALANCE) return "overflows_debits_posted";
  if (credit.creditsPosted + amount > MAX_BALANCE) return "overflows_credits_posted";
  return debit.debitsPosted + debit.debitsPending + amount > MAX_BALANCE ? "overflows_debits" : "overflows_credits";
}
