/** Releases what pending transfers reserved once their time has come, in the order in which they expire. */
import assert from "node:assert/strict";
import { type Books, book, nextTimeNs } from "./books.ts";
import { ZERO_ID } from "./id.ts";
import { NO_METADATA } from "./metadata.ts";
import { expiryTimeNs, PHASE, type Transfer } from "./transfer.ts";

/** Expires those of `due` that are still pending. All were due, and their accounts are loaded. */
export function expireDue(books: Books, due: readonly Transfer[], nowNs: bigint): void {
  for (const pending of due) {
    if (pending.state !== "pending") {
      continue;
    }
    if ((expiryTimeNs(pending) ?? nowNs) > nowNs) {
      // The clock went back since it was due.
      books.timeouts.add(pending);
      continue;
    }
    const debit = books.accounts.get(pending.debitAccountId);
    const credit = books.accounts.get(pending.creditAccountId);
    assert(debit !== undefined && credit !== undefined, "the accounts of what is due are loaded");
    const expiry = {
      ...pending,
      id: ZERO_ID,
      phase: PHASE.expiry,
      flags: 0,
      released: pending.amount,
      pendingId: pending.id,
      timeoutSeconds: 0,
      metadata: NO_METADATA,
      bookTimeNs: nextTimeNs(books, nowNs),
      state: undefined,
      reversed: 0n,
    };
    book(books, expiry, debit, credit, pending);
  }
}
