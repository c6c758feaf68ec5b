/**
 * A tenant's books as far as they are in memory, and the log entries that are added to them. Whoever asks something of
 * them has loaded every account and transfer that the question names, or knows that it does not exist.
 */
import assert from "node:assert/strict";
import { type Account, MAX_BALANCE } from "./account.ts";
import { type Id, ZERO_ID } from "./id.ts";
import { RecentMap } from "./recent-map.ts";
import type { TransientStatus } from "./result.ts";
import { TimeoutQueue } from "./timeout-queue.ts";
import { expiryTimeNs, FLAG, type PendingState, PHASE, type Transfer } from "./transfer.ts";

/** A transfer id that failed by the state of the moment. */
export interface FailedTransfer {
  readonly id: Id;
  readonly status: TransientStatus;
}

/** What is added to the log, in order. */
export type LogEntry =
  | { readonly kind: "account"; readonly account: Account }
  | { readonly kind: "transfer"; readonly transfer: Transfer; readonly debit: Account; readonly credit: Account }
  | { readonly kind: "failure"; readonly failed: FailedTransfer };

/** Books that are being written. */
export interface Books {
  readonly accounts: Map<Id, Account>;
  /** Booked transfers that were named of late. */
  readonly transfers: RecentMap<Id, Transfer>;
  /** Failed ids that were named of late. */
  readonly failures: RecentMap<Id, TransientStatus>;
  /** Every pending transfer that can expire. */
  readonly timeouts: TimeoutQueue;
  lastAccountTimeNs: bigint;
  lastTransferTimeNs: bigint;
  /** No larger id was ever booked or has failed: what is larger is new. */
  largestId: Id;
  /** Log entries that were not taken yet. */
  readonly added: LogEntry[];
  /** While a chain is under way: how to undo what it did, in order. */
  undo: (() => void)[] | undefined;
}

/** Books in which nothing is known. */
export function openBooks(lastAccountTimeNs = 0n, lastTransferTimeNs = 0n, largestId: Id = ZERO_ID): Books {
  return {
    accounts: new Map(),
    transfers: new RecentMap(),
    failures: new RecentMap(),
    timeouts: new TimeoutQueue(),
    lastAccountTimeNs,
    lastTransferTimeNs,
    largestId,
    added: [],
    undo: undefined,
  };
}

/** The time to give now. A clock that went back is not followed: times only grow. */
export function nextTimeNs(books: Books, nowNs: bigint): bigint {
  const last = books.lastAccountTimeNs > books.lastTransferTimeNs ? books.lastAccountTimeNs : books.lastTransferTimeNs;
  return nowNs > last ? nowNs : last + 1n;
}

/** Whether nothing was ever booked under an id, nor failed: true for most ids that grow with time. */
export function isNewId(books: Books, id: Id): boolean {
  return id > books.largestId;
}

/** A booked transfer that the books know of. */
export function findTransfer(books: Books, id: Id): Transfer | undefined {
  return books.transfers.get(id) ?? books.timeouts.find(id);
}

/** Adds an account. */
export function addAccount(books: Books, account: Account): void {
  books.accounts.set(account.id, account);
  books.lastAccountTimeNs = account.createTimeNs;
  books.added.push({ kind: "account", account });
}

/** Remembers that an id has failed for good. */
export function addFailure(books: Books, failed: FailedTransfer): void {
  books.failures.set(failed.id, failed.status);
  noteId(books, failed.id);
  books.added.push({ kind: "failure", failed });
}

/** Books a transfer that was judged to be in order: moves the balances and what it refers to. */
export function book(books: Books, transfer: Transfer, debit: Account, credit: Account, pending?: Transfer): void {
  const { undo } = books;
  if (undo !== undefined) {
    undo.push(restoring(books, transfer, debit, credit));
  }
  const { amount, released } = transfer;
  switch (transfer.phase) {
    case PHASE.single:
      debit.debitsPosted += amount;
      credit.creditsPosted += amount;
      break;
    case PHASE.pending:
      debit.debitsPending += amount;
      credit.creditsPending += amount;
      reserve(books, transfer, debit, credit);
      break;
    case PHASE.post:
      debit.debitsPending -= released;
      credit.creditsPending -= released;
      debit.debitsPosted += amount;
      credit.creditsPosted += amount;
      resolve(books, pending, "posted");
      break;
    case PHASE.void:
    case PHASE.expiry:
      debit.debitsPending -= released;
      credit.creditsPending -= released;
      resolve(books, pending, transfer.phase === PHASE.void ? "voided" : "expired");
      reopen(pending, debit, credit);
      break;
  }
  // Of each account the side that was moved.
  assertSound(debit.debitsPosted, debit.debitsPending);
  assertSound(credit.creditsPosted, credit.creditsPending);
  books.lastTransferTimeNs = transfer.bookTimeNs;
  if (transfer.phase !== PHASE.expiry) {
    books.transfers.set(transfer.id, transfer);
    noteId(books, transfer.id);
  }
  books.added.push({ kind: "transfer", transfer, debit, credit });
}

function noteId(books: Books, id: Id): void {
  if (id > books.largestId) {
    books.largestId = id;
  }
}

/** Notes that a transfer is reversed by a booked one. */
export function noteReversal(books: Books, original: Transfer, amount: bigint): void {
  original.reversed += amount;
  books.undo?.push(() => {
    original.reversed -= amount;
  });
}

function reserve(books: Books, transfer: Transfer, debit: Account, credit: Account): void {
  if (expiryTimeNs(transfer) !== undefined) {
    books.timeouts.add(transfer);
  }
  if ((transfer.flags & FLAG.closingDebit) !== 0) {
    debit.closed = true;
  }
  if ((transfer.flags & FLAG.closingCredit) !== 0) {
    credit.closed = true;
  }
}

function resolve(books: Books, pending: Transfer | undefined, state: PendingState): void {
  assert(pending?.state === "pending", "a pending transfer is resolved once");
  pending.state = state;
  // Named now: until this is durable, nothing but memory knows what became of it.
  books.transfers.set(pending.id, pending);
  const couldExpire = books.timeouts.remove(pending.id);
  books.undo?.push(() => {
    pending.state = "pending";
    if (couldExpire) {
      books.timeouts.add(pending);
    }
  });
}

function reopen(pending: Transfer | undefined, debit: Account, credit: Account): void {
  const flags = pending?.flags ?? 0;
  if ((flags & FLAG.closingDebit) !== 0) {
    debit.closed = false;
  }
  if ((flags & FLAG.closingCredit) !== 0) {
    credit.closed = false;
  }
}

function restoring(books: Books, transfer: Transfer, debit: Account, credit: Account): () => void {
  const { lastTransferTimeNs } = books;
  const debitBefore = { ...debit };
  const creditBefore = { ...credit };
  return () => {
    restore(debit, debitBefore);
    restore(credit, creditBefore);
    books.transfers.delete(transfer.id);
    books.timeouts.remove(transfer.id);
    books.lastTransferTimeNs = lastTransferTimeNs;
    books.added.pop();
  };
}

function restore(account: Account, before: Account): void {
  account.debitsPosted = before.debitsPosted;
  account.creditsPosted = before.creditsPosted;
  account.debitsPending = before.debitsPending;
  account.creditsPending = before.creditsPending;
  account.closed = before.closed;
}

function assertSound(posted: bigint, pending: bigint): void {
  assert(pending >= 0n, "no more is released than was reserved");
  assert(posted >= 0n && posted + pending <= MAX_BALANCE, "sums are within 63 bits");
}
