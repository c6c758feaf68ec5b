/** Builders for tests of the books. Ids are written as small numbers. */
import type { Account, NewAccount } from "../account.ts";
import { type Books, type KnownBooks, openBooks } from "../books.ts";
import type { NewTransfer, Transfer } from "../transfer.ts";

/** A readable id: id(7) is 00000000-0000-7000-8000-000000000007. */
export function id(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

/** All zeros. */
export const ZERO = "00000000-0000-0000-0000-000000000000";
/** All ones. */
export const INT_MAX = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** An unbounded account to make. */
export function newAccount(number: number, over: Partial<NewAccount> = {}): NewAccount {
  return {
    id: id(number),
    ledger: 1,
    currencyCode: "BRL",
    code: 10,
    balanceConstraint: "none",
    overdraftLimit: 0n,
    metadata: {},
    ...over,
  };
}

/** An account of the books. */
export function account(number: number, over: Partial<Account> = {}): Account {
  return { ...newAccount(number), debitsPosted: 0n, creditsPosted: 0n, createTimeNs: 1n, ...over };
}

/** A transfer of 10 from account 1 to account 2. */
export function newTransfer(number: number, over: Partial<NewTransfer> = {}): NewTransfer {
  return {
    id: id(number),
    debitAccountId: id(1),
    creditAccountId: id(2),
    amount: 10n,
    currencyCode: "BRL",
    code: 1,
    linked: false,
    metadata: {},
    ...over,
  };
}

/** A transfer of the books. */
export function transfer(number: number, over: Partial<Transfer> = {}): Transfer {
  return { ...newTransfer(number), bookTimeNs: 5n, ...over };
}

/** Books with these in them, at time 100. */
export function books(known: Partial<KnownBooks> = {}): Books {
  return openBooks({ accounts: [], transfers: [], failedTransfers: [], lastTimeNs: 0n, ...known }, 100n);
}
