/** Reads and writes accounts within a tenant's transaction. An account that is still opening is nobody's to see. */
import { and, asc, desc, eq, inArray, lt, ne } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Account } from "../domain/account.ts";
import { accounts } from "./schema.ts";

type Row = typeof accounts.$inferSelect;

/** The account, locked against operations and other changes when it is about to change. */
export async function findAccount(transaction: Transaction, id: string, lock?: "update"): Promise<Account | undefined> {
  const query = transaction
    .select()
    .from(accounts)
    .where(and(eq(accounts.id, id), ne(accounts.state, "opening")));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row === undefined ? undefined : toAccount(row);
}

/**
 * The accounts that exist of those asked for, by id. Until the transaction ends they are not blocked or closed, while
 * other operations go on. The order of locking keeps two transfers in opposite directions from a deadlock.
 */
export async function findAccountsForOperation(
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Account>> {
  const rows = await transaction
    .select()
    .from(accounts)
    .where(and(inArray(accounts.id, [...ids]), ne(accounts.state, "opening")))
    .orderBy(asc(accounts.id))
    .for("share");
  return new Map(rows.map((row) => [row.id, toAccount(row)]));
}

/** Which accounts to list. */
export interface AccountsFilter {
  readonly customerId: string | undefined;
  /** Older than this one. */
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** Accounts, newest first: ids begin with the time they were made at. */
export async function listAccountsBefore(
  transaction: Transaction,
  { customerId, beforeId, limit }: AccountsFilter,
): Promise<Account[]> {
  const rows = await transaction
    .select()
    .from(accounts)
    .where(
      and(
        ne(accounts.state, "opening"),
        customerId === undefined ? undefined : eq(accounts.customerId, customerId),
        beforeId === undefined ? undefined : lt(accounts.id, beforeId),
      ),
    )
    .orderBy(desc(accounts.id))
    .limit(limit);
  return rows.map(toAccount);
}

/** Writes a new state. */
export async function updateAccountState(transaction: Transaction, account: Account): Promise<void> {
  await transaction
    .update(accounts)
    .set({ state: account.state, updateTime: account.updateTime })
    .where(eq(accounts.id, account.id));
}

/** An account of the domain. */
export function toAccount({ state, ...row }: Row): Account {
  if (state === "opening") {
    throw new Error(`account ${row.id} is still opening`);
  }
  return {
    id: row.id,
    customerId: row.customerId,
    productId: row.productId,
    currencyCode: row.currencyCode,
    overdraftLimit: row.overdraftLimit,
    ledgerAccountId: row.ledgerAccountId,
    state,
    createTime: row.createTime,
    updateTime: row.updateTime,
  };
}
