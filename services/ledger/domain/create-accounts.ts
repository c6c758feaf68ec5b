/** Decides what becomes of new accounts. Guards are in the contract's order: the first that applies is the answer. */
import type { Account, NewAccount } from "./account.ts";
import { addAccount, type Books, nextTimeNs } from "./books.ts";
import { MAX_ID, ZERO_ID } from "./id.ts";
import { faultOfImport, isImportRequest } from "./import.ts";
import { isSameMetadata } from "./metadata.ts";
import type { AccountRefusal, AccountResult } from "./result.ts";

/** Makes the accounts of one request in the books; one result per account, in order. */
export function createAccounts(books: Books, asked: readonly NewAccount[], nowNs: bigint): AccountResult[] {
  const imports = isImportRequest(asked);
  return asked.map((account) => createAccount(books, account, imports, nowNs));
}

function createAccount(books: Books, asked: NewAccount, imports: boolean, nowNs: bigint): AccountResult {
  const importFault = faultOfImport(asked.importTimeNs, imports, nowNs);
  if (importFault !== undefined) return { status: importFault };
  if (asked.id === ZERO_ID) return { status: "id_must_not_be_zero" };
  if (asked.id === MAX_ID) return { status: "id_must_not_be_int_max" };
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
  if (asked.importTimeNs !== undefined && asked.importTimeNs <= books.lastAccountTimeNs) {
    return { status: "imported_event_timestamp_must_not_regress" };
  }
  const { importTimeNs, ...identity } = asked;
  const account: Account = {
    ...identity,
    isImported: importTimeNs !== undefined,
    createTimeNs: importTimeNs ?? nextTimeNs(books, nowNs),
    closed: asked.madeClosed,
    debitsPosted: 0n,
    creditsPosted: 0n,
    debitsPending: 0n,
    creditsPending: 0n,
    lastNumber: 0,
  };
  addAccount(books, account);
  return { status: "created", createTimeNs: account.createTimeNs };
}

function differenceOf(existing: Account, asked: NewAccount): AccountRefusal | undefined {
  const isSameFlags =
    asked.keepsHistory === existing.keepsHistory &&
    asked.madeClosed === existing.madeClosed &&
    (asked.importTimeNs !== undefined) === existing.isImported;
  if (!isSameFlags) return "exists_with_different_flags";
  if (asked.balanceConstraint !== existing.balanceConstraint) return "exists_with_different_balance_constraint";
  if (asked.overdraftLimit !== existing.overdraftLimit) return "exists_with_different_overdraft_limit";
  if (!isSameMetadata(asked.metadata, existing.metadata)) return "exists_with_different_metadata";
  if (asked.ledger !== existing.ledger) return "exists_with_different_ledger";
  if (asked.currencyCode !== existing.currencyCode) return "exists_with_different_currency";
  if (asked.code !== existing.code) return "exists_with_different_code";
  return undefined;
}
