/** Reads of the writer, from the simulated log: accounts as of the checkpoint, transfers as committed. */
import assert from "node:assert/strict";
import type { Account } from "../../domain/account.ts";
import { uuidOfId, ZERO_ID } from "../../domain/id.ts";
import { isTransient } from "../../domain/result.ts";
import type { Phase, Transfer } from "../../domain/transfer.ts";
import { type Loader, toAccount, toTransfer } from "../../store/load.ts";
import type { LogRow, SimulatedPostgres } from "./simulated-postgres.ts";

/** Days from 1970-01-01 to 2000-01-01, where PostgreSQL's begin. */
const EPOCH_DAYS = 10_957;

/** What each of the loader's reads says at the very moment it is asked. */
export interface Reads {
  tenant(tenant: string): Awaited<ReturnType<Loader["tenant"]>>;
  accounts(tenant: string, ids: readonly string[]): Account[];
  transfers(tenant: string, ids: readonly string[]): Awaited<ReturnType<Loader["transfers"]>>;
  timeouts(): Awaited<ReturnType<Loader["timeouts"]>>;
}

export function readsOf(postgres: SimulatedPostgres): Reads {
  const rowsOf = (table: string, tenant: string) =>
    postgres.log.filter((row) => row.table === table && row.tenant === tenant);
  return {
    tenant(tenant) {
      const times = postgres.tenants.get(tenant);
      const ids = [...rowsOf("transfers", tenant), ...rowsOf("failed_transfers", tenant)].map((row) => idOf(row, "id"));
      return {
        lastAccountTimeNs: times?.accountNs ?? 0n,
        lastTransferTimeNs: times?.transferNs ?? 0n,
        largestId: ids.reduce((largest, id) => (id > largest ? id : largest), ZERO_ID),
      };
    },
    accounts: (tenant, ids) =>
      rowsOf("accounts", tenant)
        .filter((row) => ids.includes(idOf(row, "id")))
        .map((row) => accountOf(row, rowsOf("transfers", tenant), postgres.checkpoint())),
    transfers: (tenant, ids) => ({
      transfers: rowsOf("transfers", tenant)
        .filter((row) => row.fields["id"] !== null && ids.includes(idOf(row, "id")))
        .map((row) => transferOf(row, rowsOf("transfers", tenant))),
      failures: rowsOf("failed_transfers", tenant).flatMap((row) => {
        const status = String(row.fields["status"]);
        return isTransient(status) && ids.includes(idOf(row, "id")) ? [{ id: idOf(row, "id"), status }] : [];
      }),
    }),
    timeouts: () =>
      postgres.log
        .filter(({ table, fields }) => table === "transfers" && fields["timeout_seconds"] !== null)
        .map((row) => ({ tenant: row.tenant, transfer: transferOf(row, rowsOf("transfers", row.tenant)) }))
        .filter(({ transfer }) => transfer.state === "pending"),
  };
}

function accountOf(row: LogRow, transfers: readonly LogRow[], checkpoint: number): Account {
  const { fields } = row;
  const id = idOf(row, "id");
  const seen = transfers.filter(({ number }) => number <= checkpoint);
  const sum = (side: string, counts: (phase: number, transfer: LogRow) => bigint) =>
    seen
      .filter((transfer) => transfer.fields[side] === id)
      .reduce((total, transfer) => total + counts(Number(transfer.fields["phase"]), transfer), 0n);
  const posted = (phase: number, transfer: LogRow) => (phase === 0 || phase === 2 ? int(transfer, "amount") : 0n);
  const pending = (phase: number, transfer: LogRow) =>
    phase === 1 ? int(transfer, "amount") : phase === 0 ? 0n : -int(transfer, "released");
  return toAccount({
    id: uuidOfId(id),
    ledger: String(int(row, "ledger")),
    currency_code: String(fields["currency_code"]),
    code: Number(fields["code"]),
    balance_constraint: Number(fields["balance_constraint"]),
    overdraft_limit: String(int(row, "overdraft_limit")),
    keeps_history: fields["keeps_history"] === true,
    made_closed: fields["made_closed"] === true,
    is_imported: fields["is_imported"] === true,
    create_time_ns: String(int(row, "create_time_ns")),
    metadata: metadataOf(row),
    debits_posted: String(sum("debit_account_id", posted)),
    credits_posted: String(sum("credit_account_id", posted)),
    debits_pending: String(sum("debit_account_id", pending)),
    credits_pending: String(sum("credit_account_id", pending)),
    closed: closedAfter(seen, id) ?? fields["made_closed"] === true,
  });
}

/** By the last transfer that closed or opened the account, as checkpoint_balances has it. */
function closedAfter(seen: readonly LogRow[], id: string): boolean | undefined {
  let closed: boolean | undefined;
  for (const row of seen) {
    const phase = Number(row.fields["phase"]);
    const closing = phase === 1 ? row : seen.find((other) => other.fields["id"] === row.fields["pending_id"]);
    const flags = Number(closing?.fields["flags"] ?? 0);
    const isOurs =
      (row.fields["debit_account_id"] === id && (flags & 8) !== 0) ||
      (row.fields["credit_account_id"] === id && (flags & 16) !== 0);
    if (isOurs && [1, 3, 4].includes(phase)) {
      closed = phase === 1;
    }
  }
  return closed;
}

function transferOf(row: LogRow, others: readonly LogRow[]): Transfer {
  const { fields } = row;
  const id = idOf(row, "id");
  const resolution = others.find((other) => other.fields["pending_id"] === id);
  const reversals = others.filter((other) => other.fields["reverses_id"] === id);
  const valueDate = fields["value_date"] ?? null;
  return toTransfer({
    tenant_id: row.tenant,
    id: uuidOfId(id),
    phase: phaseOf(row),
    flags: Number(fields["flags"]),
    debit_account_id: uuidOfId(idOf(row, "debit_account_id")),
    credit_account_id: uuidOfId(idOf(row, "credit_account_id")),
    amount: String(int(row, "amount")),
    currency_code: String(fields["currency_code"]),
    ledger: String(int(row, "ledger")),
    code: Number(fields["code"]),
    book_time_ns: String(int(row, "book_time_ns")),
    pending_id: optionalUuid(row, "pending_id"),
    released: fields["released"] === null ? null : String(int(row, "released")),
    timeout_seconds: fields["timeout_seconds"] === null ? null : String(int(row, "timeout_seconds")),
    value_day: valueDate === null ? null : Number(valueDate) + EPOCH_DAYS,
    reverses_id: optionalUuid(row, "reverses_id"),
    metadata: metadataOf(row),
    resolution: resolution === undefined ? null : phaseOf(resolution),
    reversed: String(reversals.reduce((sum, other) => sum + int(other, "amount"), 0n)),
  });
}

/** A row of transfers as the domain has it. */
export function toBooked(row: LogRow, log: readonly LogRow[]): Transfer {
  return transferOf(row, log);
}

export function metadataOf({ fields }: LogRow): Record<string, string> | null {
  const text = fields["metadata"];
  return typeof text === "string" ? JSON.parse(text) : null;
}

function phaseOf({ fields }: LogRow): Phase {
  const phases: readonly Phase[] = [0, 1, 2, 3, 4];
  const phase = phases.find((one) => one === fields["phase"]);
  assert(phase !== undefined, "a transfer has a phase");
  return phase;
}

function idOf({ fields }: LogRow, column: string): string {
  const id = fields[column] ?? ZERO_ID;
  assert(typeof id === "string" && id.length === 16, `${column} is an id`);
  return id;
}

function optionalUuid(row: LogRow, column: string): string | null {
  return row.fields[column] === null ? null : uuidOfId(idOf(row, column));
}

function int({ fields }: LogRow, column: string): bigint {
  const value = fields[column];
  assert(typeof value === "bigint", `${column} is a whole number`);
  return value;
}
