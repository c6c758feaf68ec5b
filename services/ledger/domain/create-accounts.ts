/** Decides what becomes of new accounts. Guards are in the contract's order: the first that applies is the answer. */
import type { Account, NewAccount } from "./account.ts";
import { type Books, nextTimeNs } from "./books.ts";
import { faultOfId } from "./id.ts";
import { isSameMetadata } from "./metadata.ts";
import type { AccountRefusal, AccountResult } from "./result.ts";

/** Makes the accounts of one request in the books; one result per account, in order. */
export function createAccounts(books: Books, asked: readonly NewAccount[]): AccountResult[] {
  return asked.map((account) => createAccount(books, account));
}

function createAccount(books: Books, asked: NewAccount): AccountResult {
  const idFault = faultOfId(asked.id);
  if (idFault !== undefined) {
    return { status: idFault };
  }
  const existing = books.accounts.get(asked.id);
  if (existing !== undefined) {
    const difference = differenceOf(existing, asked);
    return difference === undefined
      ? { status: "exists", createTimeNs: existing.createTimeNs }
      : { status: difference };
  }
  if (asked.overdraftLimit > 0n && asked.balanceConstraint === "none") {
    return { status: "overdraft_limit_needs_constraint" };
  }
  const account: Account = { ...asked, debitsPosted: 0n, creditsPosted: 0n, createTimeNs: nextTimeNs(books) };
  books.accounts.set(account.id, account);
  books.added.accounts.push(account);
  return { status: "created", createTimeNs: account.createTimeNs };
}

function differenceOf(existing: NewAccount, asked: NewAccount): AccountRefusal | undefined {
  if (asked.balanceConstraint !== existing.balanceConstraint) return "exists_with_different_balance_constraint";
  if (asked.overdraftLimit !== existing.overdraftLimit) return "exists_with_different_overdraft_limit";
  if (!isSameMetadata(asked.metadata, existing.metadata)) return "exists_with_different_metadata";
  if (asked.ledger !== existing.ledger) return "exists_with_different_ledger";
  if (asked.currencyCode !== existing.currencyCode) return "exists_with_different_currency";
  if (asked.code !== existing.code) return "exists_with_different_code";
  return undefined;
}
