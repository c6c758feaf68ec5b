/** The part of a tenant's books that a batch touches, and what the batch does to it. */
import assert from "node:assert/strict";
import { type Account, type Balance, MAX_BALANCE } from "./account.ts";
import type { TransientStatus } from "./result.ts";
import type { NewTransfer, Posting, Transfer } from "./transfer.ts";

/** A transfer id that failed by the state of the moment. */
export interface FailedTransfer {
  readonly id: string;
  readonly status: TransientStatus;
}

/** What must be known to judge a batch: all that exists under the ids that the batch names. */
export interface KnownBooks {
  readonly accounts: Iterable<Account>;
  readonly transfers: Iterable<Transfer>;
  readonly failedTransfers: Iterable<FailedTransfer>;
  /** The last time that the tenant's ledger gave, in nanoseconds since the epoch. */
  readonly lastTimeNs: bigint;
}

/** Books that are being written. */
export interface Books {
  readonly accounts: Map<string, Account>;
  readonly transfers: Map<string, Transfer>;
  readonly failedTransfers: Map<string, TransientStatus>;
  /** What the batch added, in order. */
  readonly added: {
    readonly accounts: Account[];
    readonly postings: Posting[];
    readonly failedTransfers: FailedTransfer[];
  };
  lastTimeNs: bigint;
}

/** Opens the books at a moment. A clock that went back is not followed: times only grow. */
export function openBooks(known: KnownBooks, nowNs: bigint): Books {
  return {
    accounts: new Map([...known.accounts].map((account) => [account.id, account])),
    transfers: new Map([...known.transfers].map((transfer) => [transfer.id, transfer])),
    failedTransfers: new Map([...known.failedTransfers].map(({ id, status }) => [id, status])),
    added: { accounts: [], postings: [], failedTransfers: [] },
    lastTimeNs: nowNs > known.lastTimeNs ? nowNs - 1n : known.lastTimeNs,
  };
}

/** The next time, later than all before it. Times given to what is undone are not given again. */
export function nextTimeNs(books: Books): bigint {
  books.lastTimeNs += 1n;
  return books.lastTimeNs;
}

/** The balance after an amount is debited. */
export function debited(balance: Balance, amount: bigint): Balance {
  return { debitsPosted: balance.debitsPosted + amount, creditsPosted: balance.creditsPosted };
}

/** The balance after an amount is credited. */
export function credited(balance: Balance, amount: bigint): Balance {
  return { debitsPosted: balance.debitsPosted, creditsPosted: balance.creditsPosted + amount };
}

/** Posts a transfer that was judged to be in order. */
export function post(books: Books, asked: NewTransfer, debit: Account, credit: Account): Transfer {
  const transfer = { ...asked, bookTimeNs: nextTimeNs(books) };
  const debitAccountAfter = debited(debit, asked.amount);
  const creditAccountAfter = credited(credit, asked.amount);
  setBalance(books, debit, debitAccountAfter);
  setBalance(books, credit, creditAccountAfter);
  books.transfers.set(transfer.id, transfer);
  books.added.postings.push({ transfer, ledger: debit.ledger, debitAccountAfter, creditAccountAfter });
  return transfer;
}

/** Undoes all postings but the first `count`, as if they had never been. */
export function undoPostingsAfter(books: Books, count: number): void {
  for (const { transfer } of books.added.postings.splice(count).reverse()) {
    books.transfers.delete(transfer.id);
    const debit = requireAccount(books, transfer.debitAccountId);
    books.accounts.set(debit.id, { ...debit, ...debited(debit, -transfer.amount) });
    const credit = requireAccount(books, transfer.creditAccountId);
    books.accounts.set(credit.id, { ...credit, ...credited(credit, -transfer.amount) });
  }
}

/** Remembers that an id has failed for good. */
export function rememberFailure(books: Books, failed: FailedTransfer): void {
  books.failedTransfers.set(failed.id, failed.status);
  books.added.failedTransfers.push(failed);
}

/** An account of the books that is known to be there. */
export function requireAccount(books: Books, id: string): Account {
  const account = books.accounts.get(id);
  assert(account !== undefined, "a posted transfer names accounts of the books");
  return account;
}

function setBalance(books: Books, account: Account, balance: Balance): void {
  assert(balance.debitsPosted >= 0n && balance.debitsPosted <= MAX_BALANCE, "debits are within 64 bits");
  assert(balance.creditsPosted >= 0n && balance.creditsPosted <= MAX_BALANCE, "credits are within 64 bits");
  books.accounts.set(account.id, { ...account, ...balance });
}
