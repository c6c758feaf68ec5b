/** Writes what a batch added to the books: a fixed number of statements, however large the batch. */
import { sql } from "drizzle-orm";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Transaction } from "#platform/db/database.ts";
import type { Account } from "../domain/account.ts";
import { type Books, type FailedTransfer, requireAccount } from "../domain/books.ts";
import type { Posting } from "../domain/transfer.ts";

/** Writes accounts, transfers, balances, failed ids and the clock. */
export async function writeBooks(transaction: Transaction, tenant: string, books: Books): Promise<void> {
  const { accounts, postings, failedTransfers } = books.added;
  if (accounts.length > 0) {
    await insertAccounts(transaction, tenant, accounts);
  }
  if (postings.length > 0) {
    await insertTransfers(transaction, tenant, postings);
    await updateBalances(transaction, tenant, touchedAccounts(books));
  }
  if (failedTransfers.length > 0) {
    await insertFailedTransfers(transaction, tenant, failedTransfers);
  }
  if (accounts.length > 0 || postings.length > 0) {
    await transaction.execute(
      sql`update ledger_clock set last_time_ns = ${String(books.lastTimeNs)}::bigint where tenant_id = ${tenant}`,
    );
  }
}

async function insertAccounts(transaction: Transaction, tenant: string, rows: readonly Account[]): Promise<void> {
  await transaction.execute(sql`
    insert into accounts (tenant_id, id, ledger, currency_code, code, balance_constraint, overdraft_limit, metadata,
      create_time_ns)
    select ${tenant}, * from unnest(
      ${arrayLiteral(rows.map((row) => row.id))}::uuid[],
      ${arrayLiteral(rows.map((row) => row.ledger))}::bigint[],
      ${arrayLiteral(rows.map((row) => row.currencyCode))}::text[],
      ${arrayLiteral(rows.map((row) => row.code))}::integer[],
      ${arrayLiteral(rows.map((row) => row.balanceConstraint))}::text[],
      ${arrayLiteral(rows.map((row) => row.overdraftLimit))}::bigint[],
      ${arrayLiteral(rows.map((row) => JSON.stringify(row.metadata)))}::jsonb[],
      ${arrayLiteral(rows.map((row) => row.createTimeNs))}::bigint[])`);
}

async function insertTransfers(transaction: Transaction, tenant: string, rows: readonly Posting[]): Promise<void> {
  const each = (value: (row: Posting) => string | number | bigint | boolean) => arrayLiteral(rows.map(value));
  await transaction.execute(sql`
    insert into transfers (tenant_id, id, debit_account_id, credit_account_id, amount, ledger, currency_code, code, linked,
      metadata, book_time_ns, debit_account_debits_after, debit_account_credits_after, credit_account_debits_after,
      credit_account_credits_after)
    select ${tenant}, * from unnest(
      ${each(({ transfer }) => transfer.id)}::uuid[],
      ${each(({ transfer }) => transfer.debitAccountId)}::uuid[],
      ${each(({ transfer }) => transfer.creditAccountId)}::uuid[],
      ${each(({ transfer }) => transfer.amount)}::bigint[],
      ${each(({ ledger }) => ledger)}::bigint[],
      ${each(({ transfer }) => transfer.currencyCode)}::text[],
      ${each(({ transfer }) => transfer.code)}::integer[],
      ${each(({ transfer }) => transfer.linked)}::boolean[],
      ${each(({ transfer }) => JSON.stringify(transfer.metadata))}::jsonb[],
      ${each(({ transfer }) => transfer.bookTimeNs)}::bigint[],
      ${each(({ debitAccountAfter }) => debitAccountAfter.debitsPosted)}::bigint[],
      ${each(({ debitAccountAfter }) => debitAccountAfter.creditsPosted)}::bigint[],
      ${each(({ creditAccountAfter }) => creditAccountAfter.debitsPosted)}::bigint[],
      ${each(({ creditAccountAfter }) => creditAccountAfter.creditsPosted)}::bigint[])`);
}

/** The accounts that the batch moved, once each however many transfers moved them, in the order of their ids. */
function touchedAccounts(books: Books): Account[] {
  const ids = new Set(
    books.added.postings.flatMap(({ transfer }) => [transfer.debitAccountId, transfer.creditAccountId]),
  );
  return [...ids].sort().map((id) => requireAccount(books, id));
}

/** The ids are named twice: to find the rows by their index, and to join them with their new balances. */
async function updateBalances(transaction: Transaction, tenant: string, rows: readonly Account[]): Promise<void> {
  const ids = arrayLiteral(rows.map((row) => row.id));
  await transaction.execute(sql`
    update accounts set debits_posted = moved.debits_posted, credits_posted = moved.credits_posted
    from unnest(
      ${ids}::uuid[],
      ${arrayLiteral(rows.map((row) => row.debitsPosted))}::bigint[],
      ${arrayLiteral(rows.map((row) => row.creditsPosted))}::bigint[]) as moved (id, debits_posted, credits_posted)
    where accounts.tenant_id = ${tenant} and accounts.id = any(${ids}::uuid[]) and accounts.id = moved.id`);
}

async function insertFailedTransfers(
  transaction: Transaction,
  tenant: string,
  rows: readonly FailedTransfer[],
): Promise<void> {
  await transaction.execute(sql`
    insert into failed_transfers (tenant_id, id, status)
    select ${tenant}, * from unnest(
      ${arrayLiteral(rows.map((row) => row.id))}::uuid[],
      ${arrayLiteral(rows.map((row) => row.status))}::text[])`);
}
