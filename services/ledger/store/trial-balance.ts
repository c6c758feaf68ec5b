/** Sums the books as of one moment. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { TrialBalanceLine } from "./ledger.ts";

interface Row extends Record<string, unknown> {
  ledger: string;
  currency_code: string;
  debits_posted: string;
  credits_posted: string;
  account_count: string;
  transfer_count: string;
}

/** One statement, and with it one snapshot: no transfer is seen by halves. Sums of bigint are numeric, without bound. */
export async function readTrialBalance(transaction: Transaction, ledger: number): Promise<TrialBalanceLine[]> {
  const rows = await transaction.execute<Row>(sql`
    select ledger, currency_code, debits_posted, credits_posted, account_count, coalesce(transfer_count, 0) as transfer_count
    from (
      select ledger, currency_code, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted,
        count(*) as account_count
      from accounts group by ledger, currency_code
    ) as sums
    left join (
      select ledger, currency_code, count(*) as transfer_count from transfers group by ledger, currency_code
    ) as movements using (ledger, currency_code)
    where ${ledger} = 0 or ledger = ${ledger}
    order by ledger, currency_code collate "C"`);
  return rows.map((row) => ({
    ledger: Number(row.ledger),
    currencyCode: row.currency_code,
    debitsPosted: BigInt(row.debits_posted),
    creditsPosted: BigInt(row.credits_posted),
    accountCount: BigInt(row.account_count),
    transferCount: BigInt(row.transfer_count),
  }));
}
