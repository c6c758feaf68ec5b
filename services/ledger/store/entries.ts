/** Reads the entries of one account, newest first. */
import { and, desc, eq, gte, lt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Direction, Entry } from "../domain/transfer.ts";
import { readAccounts, transferColumns } from "./books-reader.ts";
import type { EntryQuery } from "./ledger.ts";
import { transfers } from "./schema.ts";

/** Each side has its index and yields at most a page; no transfer stands on both sides of one account. */
export async function readEntries(transaction: Transaction, query: EntryQuery): Promise<Entry[] | undefined> {
  const [account] = await readAccounts(transaction, [query.accountId]);
  if (account === undefined) {
    return undefined;
  }
  const sides: Direction[] = query.direction === undefined ? ["debit", "credit"] : [query.direction];
  const entries: Entry[] = [];
  for (const side of sides) {
    entries.push(...(await readSide(transaction, query, side)));
  }
  return entries.sort(newestFirst).slice(0, query.limit);
}

const SIDES = {
  debit: {
    accountId: transfers.debitAccountId,
    debitsPosted: transfers.debitAccountDebitsAfter,
    creditsPosted: transfers.debitAccountCreditsAfter,
  },
  credit: {
    accountId: transfers.creditAccountId,
    debitsPosted: transfers.creditAccountDebitsAfter,
    creditsPosted: transfers.creditAccountCreditsAfter,
  },
};

async function readSide(transaction: Transaction, query: EntryQuery, direction: Direction): Promise<Entry[]> {
  const { accountId, debitsPosted, creditsPosted } = SIDES[direction];
  const rows = await transaction
    .select({ transfer: transferColumns, after: { debitsPosted, creditsPosted } })
    .from(transfers)
    .where(
      and(
        eq(accountId, query.accountId),
        gte(transfers.bookTimeNs, query.fromNs),
        lt(transfers.bookTimeNs, query.beforeNs),
      ),
    )
    .orderBy(desc(transfers.bookTimeNs))
    .limit(query.limit);
  return rows.map((row) => ({ ...row, direction }));
}

function newestFirst(one: Entry, other: Entry): number {
  return one.transfer.bookTimeNs < other.transfer.bookTimeNs ? 1 : -1;
}
