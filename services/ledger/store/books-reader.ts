/** Reads what exists under the ids that a batch names, within the writer's transaction. */
import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Transaction } from "#platform/db/database.ts";
import type { Account } from "../domain/account.ts";
import type { FailedTransfer, KnownBooks } from "../domain/books.ts";
import type { Transfer } from "../domain/transfer.ts";
import { accounts, failedTransfers, transfers } from "./schema.ts";

/** Ids that a batch names. */
export interface NamedIds {
  readonly accounts: Iterable<string>;
  readonly transfers: Iterable<string>;
}

/** All that exists under the ids. */
export async function readBooks(transaction: Transaction, ids: NamedIds, lastTimeNs: bigint): Promise<KnownBooks> {
  const transferIds = [...ids.transfers];
  return {
    accounts: await readAccounts(transaction, [...ids.accounts]),
    transfers: await readTransfers(transaction, transferIds),
    failedTransfers: await readFailedTransfers(transaction, transferIds),
    lastTimeNs,
  };
}

/** Accounts that exist, in no order. */
export async function readAccounts(transaction: Transaction, ids: readonly string[]): Promise<Account[]> {
  return ids.length === 0 ? [] : await transaction.select(accountColumns).from(accounts).where(oneOf(accounts.id, ids));
}

/** Transfers that exist, in no order. */
export async function readTransfers(transaction: Transaction, ids: readonly string[]): Promise<Transfer[]> {
  return ids.length === 0
    ? []
    : await transaction.select(transferColumns).from(transfers).where(oneOf(transfers.id, ids));
}

async function readFailedTransfers(transaction: Transaction, ids: readonly string[]): Promise<FailedTransfer[]> {
  return ids.length === 0
    ? []
    : await transaction
        .select({ id: failedTransfers.id, status: failedTransfers.status })
        .from(failedTransfers)
        .where(oneOf(failedTransfers.id, ids));
}

/** Sorted, so that the index is walked from left to right. */
function oneOf(column: PgColumn, ids: readonly string[]): SQL {
  return sql`${column} = any(${arrayLiteral(ids.toSorted())}::uuid[])`;
}

const accountColumns = {
  id: accounts.id,
  ledger: accounts.ledger,
  currencyCode: accounts.currencyCode,
  code: accounts.code,
  balanceConstraint: accounts.balanceConstraint,
  overdraftLimit: accounts.overdraftLimit,
  metadata: accounts.metadata,
  createTimeNs: accounts.createTimeNs,
  debitsPosted: accounts.debitsPosted,
  creditsPosted: accounts.creditsPosted,
};

/** Columns of a transfer as the domain knows it. */
export const transferColumns = {
  id: transfers.id,
  debitAccountId: transfers.debitAccountId,
  creditAccountId: transfers.creditAccountId,
  amount: transfers.amount,
  currencyCode: transfers.currencyCode,
  code: transfers.code,
  linked: transfers.linked,
  metadata: transfers.metadata,
  bookTimeNs: transfers.bookTimeNs,
};
