/** Sums the books as of one moment. */
import { sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { TrialBalanceLine } from "./ledger.ts";

interface Row extends Record<string, unknown> {
  ledger: string;
  currency_code: string;
  debits_posted: string;
  credits_posted: string;
  debits_pending: string;
  credits_pending: string;
  account_count: string;
  transfer_count: string;
}

/** One statement, and with it one snapshot: no transfer is seen by halves. Sums of bigint are numeric, without bound. */
export async function readTrialBalance(transaction: Transaction, ledger: number): Promise<TrialBalanceLine[]> {
  const rows = await transaction.execute<Row>(sql`
    with since as (
      select ledger, currency_code, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted,
        sum(debits_pending) as debits_pending, sum(credits_pending) as credits_pending,
        count(*) filter (where direction = 0 and phase <> 4) as transfer_count
      from log_sides
      where tenant_id = current_tenant() and number > (select number from positions where name = 'checkpoint')
      group by ledger, currency_code
    ), checkpointed as (
      select ledger, currency_code, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted,
        sum(debits_pending) as debits_pending, sum(credits_pending) as credits_pending, count(*) as account_count
      from accounts where tenant_id = current_tenant() group by ledger, currency_code
    )
    select ledger, currency_code, account_count,
      checkpointed.debits_posted + coalesce(since.debits_posted, 0) as debits_posted,
      checkpointed.credits_posted + coalesce(since.credits_posted, 0) as credits_posted,
      checkpointed.debits_pending + coalesce(since.debits_pending, 0) as debits_pending,
      checkpointed.credits_pending + coalesce(since.credits_pending, 0) as credits_pending,
      coalesce(totals.transfer_count, 0) + coalesce(since.transfer_count, 0) as transfer_count
    from checkpointed left join since using (ledger, currency_code)
      left join (select * from totals where tenant_id = current_tenant()) as totals using (ledger, currency_code)
    where ${ledger} = 0 or ledger = ${ledger}
    order by ledger, currency_code collate "C"`);
  return rows.map((row) => ({
    ledger: Number(row.ledger),
    currencyCode: row.currency_code,
    debitsPosted: BigInt(row.debits_posted),
    creditsPosted: BigInt(row.credits_posted),
    debitsPending: BigInt(row.debits_pending),
    creditsPending: BigInt(row.credits_pending),
    accountCount: BigInt(row.account_count),
    transferCount: BigInt(row.transfer_count),
  }));
}
