/** Reads the history of one account: its entries, newest first, and what it held at a moment. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Account, Balance } from "../domain/account.ts";
import { uuidOfId } from "../domain/id.ts";
import type { Entry, EntryQuery, Moment } from "./ledger.ts";
import { goByIndex, TRANSFER_COLUMNS, type TransferRow, toTransfer } from "./load.ts";

interface AfterRow extends Record<string, unknown> {
  debits_posted_after: string | null;
  credits_posted_after: string | null;
  debits_pending_after: string | null;
  credits_pending_after: string | null;
}

interface EntryRow extends TransferRow, AfterRow {
  direction: number;
  entry_time_ns: string;
  is_expiry: boolean;
}

/** Undefined where there is no such account. Of an expiry, the transfer is the one that expired. */
export async function readEntries(transaction: Transaction, query: EntryQuery): Promise<Entry[] | undefined> {
  await goByIndex(transaction);
  const accountId = uuidOfId(query.accountId);
  const known = await transaction.execute(
    sql`select 1 from accounts where tenant_id = current_tenant() and id = ${accountId}`,
  );
  if (known.length === 0) {
    return undefined;
  }
  const direction = query.direction === undefined ? null : query.direction === "debit" ? 0 : 1;
  const rows = await transaction.execute<EntryRow>(sql`
    with page as (
      select * from entries
      where tenant_id = current_tenant() and account_id = ${accountId}
        and book_time_ns >= ${query.fromNs} and book_time_ns < ${query.beforeNs}
        and (${direction}::smallint is null or direction = ${direction}::smallint)
      order by book_time_ns desc limit ${query.limit}
    )
    select ${TRANSFER_COLUMNS}, page.direction, page.book_time_ns as entry_time_ns, booked.phase = 4 as is_expiry,
      debits_posted_after, credits_posted_after, debits_pending_after, credits_pending_after
    from page join transfers as booked on booked.number = page.number
    join transfers as t on t.tenant_id = booked.tenant_id
      and t.id = case when booked.phase = 4 then booked.pending_id else booked.id end
    order by page.book_time_ns desc`);
  return rows.map((row) => ({
    transfer: toTransfer(row),
    direction: row.direction === 0 ? "debit" : "credit",
    bookTimeNs: BigInt(row.entry_time_ns),
    isExpiry: row.is_expiry,
    after: row.debits_posted_after === null ? undefined : toBalance(row),
  }));
}

/** What an account that keeps history held, posted and pending; by value date only what was posted is known. */
export async function readPastBalance(transaction: Transaction, account: Account, moment: Moment): Promise<Balance> {
  await goByIndex(transaction);
  const accountId = uuidOfId(account.id);
  const rows =
    "bookTimeNs" in moment
      ? await transaction.execute<AfterRow>(sql`
          select debits_posted_after, credits_posted_after, debits_pending_after, credits_pending_after from entries
          where tenant_id = current_tenant() and account_id = ${accountId} and book_time_ns <= ${moment.bookTimeNs}
          order by book_time_ns desc limit 1`)
      : await transaction.execute<AfterRow>(sql`
          select sum(debits) as debits_posted_after, sum(credits) as credits_posted_after,
            null as debits_pending_after, null as credits_pending_after
          from value_date_sums where tenant_id = current_tenant() and account_id = ${accountId}
            and value_date <= date '1970-01-01' + ${moment.valueDate}::integer`);
  const [row] = rows;
  return row === undefined ? NOTHING : toBalance(row);
}

const NOTHING: Balance = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };

function toBalance(row: AfterRow): Balance {
  return {
    debitsPosted: BigInt(row.debits_posted_after ?? 0),
    creditsPosted: BigInt(row.credits_posted_after ?? 0),
    debitsPending: BigInt(row.debits_pending_after ?? 0),
    creditsPending: BigInt(row.credits_pending_after ?? 0),
  };
}
