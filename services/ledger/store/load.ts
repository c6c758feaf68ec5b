/** Reads into memory what a request names: accounts as of the checkpoint, transfers and what became of them. */
import { type SQL, sql } from "drizzle-orm";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Database, Transaction } from "#platform/db/database.ts";
import type { Account } from "../domain/account.ts";
import type { FailedTransfer } from "../domain/books.ts";
import { type Id, idOfUuid, uuidOfId, ZERO_ID } from "../domain/id.ts";
import { NO_METADATA } from "../domain/metadata.ts";
import { isTransient } from "../domain/result.ts";
import { type PendingState, PHASE, type Phase, type Transfer } from "../domain/transfer.ts";
import { CONSTRAINTS } from "./log-rows.ts";

/** What is known of a tenant before anything of it is loaded. */
export interface TenantState {
  readonly lastAccountTimeNs: bigint;
  readonly lastTransferTimeNs: bigint;
  /** The largest id that was booked or has failed; what is larger is new. */
  readonly largestId: Id;
}

/** Reads of the writer. What they read must be committed, and stay as it is while it is not in memory. */
export interface Loader {
  tenant(tenant: string): Promise<TenantState>;
  /** Accounts that exist, with the balances that they have while they are not in memory. */
  accounts(tenant: string, ids: readonly Id[]): Promise<Account[]>;
  /** Transfers and failed ids that exist. */
  transfers(tenant: string, ids: readonly Id[]): Promise<{ transfers: Transfer[]; failures: FailedTransfer[] }>;
  /** Every pending transfer that can still expire. */
  timeouts(): Promise<{ tenant: string; transfer: Transfer }[]>;
}

/** An account's row, with the balances of the checkpoint. */
export interface AccountRow extends Record<string, unknown> {
  id: string;
  ledger: string;
  currency_code: string;
  code: number;
  balance_constraint: number;
  overdraft_limit: string;
  keeps_history: boolean;
  made_closed: boolean;
  is_imported: boolean;
  create_time_ns: string;
  metadata: Record<string, string> | null;
  debits_posted: string;
  credits_posted: string;
  debits_pending: string;
  credits_pending: string;
  closed: boolean;
}

/** A transfer's row, with what became of it where it was pending. */
export interface TransferRow extends Record<string, unknown> {
  tenant_id: string;
  id: string | null;
  phase: Phase;
  flags: number;
  debit_account_id: string;
  credit_account_id: string;
  amount: string;
  currency_code: string;
  ledger: string;
  code: number;
  book_time_ns: string;
  pending_id: string | null;
  released: string | null;
  timeout_seconds: string | null;
  value_day: number | null;
  reverses_id: string | null;
  metadata: Record<string, string> | null;
  resolution: Phase | null;
  /** Only where it was asked for. */
  reversed?: string;
}

/** Columns of an AccountRow, of the table accounts. */
export const ACCOUNT_COLUMNS: SQL = sql`
  id, ledger, currency_code, code, balance_constraint, overdraft_limit, keeps_history, made_closed, is_imported,
  create_time_ns, metadata, debits_posted, credits_posted, debits_pending, credits_pending,
  coalesce(is_closed, made_closed) as closed`;

/** Columns of a TransferRow, of the table transfers under the name t. */
export const TRANSFER_COLUMNS: SQL = sql`
  t.tenant_id, t.id, t.phase, t.flags, t.debit_account_id, t.credit_account_id, t.amount, t.currency_code, t.ledger, t.code,
  t.book_time_ns, t.pending_id, t.released, t.timeout_seconds, t.value_date - date '1970-01-01' as value_day, t.reverses_id,
  t.metadata,
  case t.phase when 1 then (
    select phase from transfers as r where r.tenant_id = t.tenant_id and r.pending_id = t.id
  ) end as resolution`;

/** What was reversed of it. */
const REVERSED = sql`
  (select coalesce(sum(r.amount), 0) from transfers as r where r.tenant_id = t.tenant_id and r.reverses_id = t.id) as reversed`;

/**
 * Makes the planner go by indexes. It knows nothing of tables that have just filled, nor how many ids an array holds, and
 * left to itself it has read a whole table for each row.
 */
export async function goByIndex(transaction: Transaction): Promise<void> {
  await transaction.execute(sql`set local enable_seqscan = off`);
}

/**
 * As ACCOUNT_COLUMNS, with what has moved since the checkpoint, in one snapshot with it. The ids are a table to the tail:
 * an array would be searched through from its start for every entry.
 */
const accountsWithTail = (tenant: string, ids: string): SQL => sql`
  with tail as (select number as since from positions where name = 'checkpoint'),
  moved as (
    select account_id, sum(debits_posted)::bigint as debits_posted, sum(credits_posted)::bigint as credits_posted,
      sum(debits_pending)::bigint as debits_pending, sum(credits_pending)::bigint as credits_pending
    from log_sides
    where number > (select since from tail) and tenant_id = ${tenant} and account_id in (select unnest(${ids}::uuid[])) group by account_id
  ), closing as (
    select distinct on (account_id) account_id, closes from closings
    where number > (select since from tail) and tenant_id = ${tenant} and account_id in (select unnest(${ids}::uuid[]))
    order by account_id, number desc
  )
  select id, ledger, currency_code, code, balance_constraint, overdraft_limit, keeps_history, made_closed, is_imported,
    create_time_ns, metadata,
    accounts.debits_posted + coalesce(moved.debits_posted, 0) as debits_posted,
    accounts.credits_posted + coalesce(moved.credits_posted, 0) as credits_posted,
    accounts.debits_pending + coalesce(moved.debits_pending, 0) as debits_pending,
    accounts.credits_pending + coalesce(moved.credits_pending, 0) as credits_pending,
    coalesce(closing.closes, is_closed, made_closed) as closed
  from accounts left join moved on moved.account_id = accounts.id left join closing on closing.account_id = accounts.id
  where tenant_id = ${tenant} and id = any(${ids}::uuid[])`;

/**
 * Reads by the worker role, which sees all tenants.
 *
 * @param hasTail whether accounts may have moved since the checkpoint without being in memory: after a takeover, until
 *   the checkpoint has come as far as the log was then
 */
export function openLoader(database: Database, hasTail: () => boolean): Loader {
  return {
    tenant: (tenant) =>
      database.worker(async (transaction) => {
        const rows = await transaction.execute<{
          account: string;
          transfer: string;
          booked: string;
          failed: string;
        }>(sql`
          select coalesce((select last_account_time_ns from tenants where tenant_id = ${tenant}), 0) as account,
            coalesce((select last_transfer_time_ns from tenants where tenant_id = ${tenant}), 0) as transfer,
            coalesce((select id::text from transfers where tenant_id = ${tenant} and id is not null order by id desc limit 1), '') as booked,
            coalesce((select id::text from failed_transfers where tenant_id = ${tenant} order by id desc limit 1), '') as failed`);
        const [row] = rows;
        const [booked, failed] = [idOfUuid(row?.booked ?? ""), idOfUuid(row?.failed ?? "")];
        return {
          lastAccountTimeNs: BigInt(row?.account ?? 0),
          lastTransferTimeNs: BigInt(row?.transfer ?? 0),
          largestId: booked > failed ? booked : failed,
        };
      }),
    accounts: (tenant, ids) =>
      database.worker(async (transaction) => {
        await goByIndex(transaction);
        const rows = await transaction.execute<AccountRow>(
          hasTail()
            ? accountsWithTail(tenant, uuids(ids))
            : sql`select ${ACCOUNT_COLUMNS} from accounts where tenant_id = ${tenant} and id = any(${uuids(ids)}::uuid[])`,
        );
        return rows.map(toAccount);
      }),
    transfers: (tenant, ids) =>
      database.worker(async (transaction) => {
        await goByIndex(transaction);
        const rows = await transaction.execute<TransferRow>(sql`
          select ${TRANSFER_COLUMNS}, ${REVERSED} from transfers as t where t.tenant_id = ${tenant} and t.id = any(${uuids(ids)}::uuid[])`);
        const failed = await transaction.execute<{ id: string; status: string }>(sql`
          select id, status from failed_transfers where tenant_id = ${tenant} and id = any(${uuids(ids)}::uuid[])`);
        return { transfers: rows.map(toTransfer), failures: failed.flatMap(toFailure) };
      }),
    timeouts: () =>
      database.worker(async (transaction) => {
        const rows = await transaction.execute<TransferRow>(sql`
          select ${TRANSFER_COLUMNS} from transfers as t where t.timeout_seconds is not null and not exists (
            select from transfers as r where r.tenant_id = t.tenant_id and r.pending_id = t.id)`);
        return rows.map((row) => ({ tenant: row.tenant_id, transfer: toTransfer(row) }));
      }),
  };
}

function uuids(ids: readonly Id[]): string {
  return arrayLiteral(ids.map(uuidOfId));
}

/** An account of the log. */
export function toAccount(row: AccountRow): Account {
  return {
    id: idOfUuid(row.id),
    ledger: Number(row.ledger),
    currencyCode: row.currency_code,
    code: row.code,
    balanceConstraint: CONSTRAINTS[row.balance_constraint] ?? "none",
    overdraftLimit: BigInt(row.overdraft_limit),
    keepsHistory: row.keeps_history,
    madeClosed: row.made_closed,
    isImported: row.is_imported,
    createTimeNs: BigInt(row.create_time_ns),
    metadata: row.metadata ?? NO_METADATA,
    debitsPosted: BigInt(row.debits_posted),
    creditsPosted: BigInt(row.credits_posted),
    debitsPending: BigInt(row.debits_pending),
    creditsPending: BigInt(row.credits_pending),
    closed: row.closed,
    lastNumber: 0,
  };
}

const STATES: Partial<Record<Phase, PendingState>> = {
  [PHASE.post]: "posted",
  [PHASE.void]: "voided",
  [PHASE.expiry]: "expired",
};

/** A transfer of the log. */
export function toTransfer(row: TransferRow): Transfer {
  return {
    id: idOfUuid(row.id ?? ""),
    phase: row.phase,
    flags: row.flags,
    debitAccountId: idOfUuid(row.debit_account_id),
    creditAccountId: idOfUuid(row.credit_account_id),
    amount: BigInt(row.amount),
    released: BigInt(row.released ?? 0),
    currencyCode: row.currency_code,
    ledger: Number(row.ledger),
    code: row.code,
    bookTimeNs: BigInt(row.book_time_ns),
    pendingId: row.pending_id === null ? ZERO_ID : idOfUuid(row.pending_id),
    timeoutSeconds: Number(row.timeout_seconds ?? 0),
    valueDate: row.value_day ?? undefined,
    reversesId: row.reverses_id === null ? ZERO_ID : idOfUuid(row.reverses_id),
    metadata: row.metadata ?? NO_METADATA,
    state: row.phase === PHASE.pending ? (row.resolution === null ? "pending" : STATES[row.resolution]) : undefined,
    reversed: BigInt(row.reversed ?? 0),
  };
}

function toFailure({ id, status }: { id: string; status: string }): FailedTransfer[] {
  return isTransient(status) ? [{ id: idOfUuid(id), status }] : [];
}
