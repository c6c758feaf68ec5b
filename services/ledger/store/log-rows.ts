/** The log's rows as COPY takes them, and as they are hashed: the columns and their order are one list each. */
import type { Account, BalanceConstraint } from "../domain/account.ts";
import type { FailedTransfer } from "../domain/books.ts";
import { ZERO_ID } from "../domain/id.ts";
import { isEmptyMetadata, type Metadata } from "../domain/metadata.ts";
import { PHASE, type Transfer } from "../domain/transfer.ts";
import type { CopyBuffer } from "./copy-buffer.ts";

/** A table of the log and those of its columns that never change, in the order in which rows are written. */
export const LOG_TABLES = {
  accounts: [
    "number",
    "tenant_id",
    "id",
    "ledger",
    "currency_code",
    "code",
    "balance_constraint",
    "overdraft_limit",
    "keeps_history",
    "made_closed",
    "is_imported",
    "create_time_ns",
    "metadata",
  ],
  transfers: [
    "number",
    "tenant_id",
    "id",
    "phase",
    "flags",
    "debit_account_id",
    "credit_account_id",
    "amount",
    "currency_code",
    "ledger",
    "code",
    "book_time_ns",
    "pending_id",
    "released",
    "timeout_seconds",
    "value_date",
    "reverses_id",
    "metadata",
  ],
  failed_transfers: ["number", "tenant_id", "id", "status"],
} as const;

/** A table of the log. */
export type LogTable = keyof typeof LOG_TABLES;

/** Numbers of balance constraints in the table. */
export const CONSTRAINTS: readonly BalanceConstraint[] = [
  "none",
  "debits_must_not_exceed_credits",
  "credits_must_not_exceed_debits",
];

/** Bytes of a row's fields that have a fixed size, and then some. */
const FIXED_BYTES = 320;
/** Days from 1970-01-01, where ours begin, to 2000-01-01, where PostgreSQL's do. */
const EPOCH_DAYS = 10_957;

/** Writes an account as it was made. */
export function writeAccountRow(to: CopyBuffer, number: number, tenant: string, account: Account): void {
  to.reserve(FIXED_BYTES);
  to.int16(LOG_TABLES.accounts.length);
  to.numberField(number);
  to.textField(tenant, FIXED_BYTES);
  to.idField(account.id);
  to.numberField(account.ledger);
  to.textField(account.currencyCode, FIXED_BYTES);
  to.int32Field(account.code);
  to.int16Field(CONSTRAINTS.indexOf(account.balanceConstraint));
  to.int64Field(account.overdraftLimit);
  to.booleanField(account.keepsHistory);
  to.booleanField(account.madeClosed);
  to.booleanField(account.isImported);
  to.int64Field(account.createTimeNs);
  writeMetadata(to, account.metadata);
}

/** Writes a transfer, or an expiry. */
export function writeTransferRow(to: CopyBuffer, number: number, tenant: string, transfer: Transfer): void {
  to.reserve(FIXED_BYTES);
  to.int16(LOG_TABLES.transfers.length);
  to.numberField(number);
  to.textField(tenant, FIXED_BYTES);
  writeOptionalId(to, transfer.id);
  to.int16Field(transfer.phase);
  to.int16Field(transfer.flags);
  to.idField(transfer.debitAccountId);
  to.idField(transfer.creditAccountId);
  to.int64Field(transfer.amount);
  to.textField(transfer.currencyCode, FIXED_BYTES);
  to.numberField(transfer.ledger);
  to.int32Field(transfer.code);
  to.int64Field(transfer.bookTimeNs);
  writeOptionalId(to, transfer.pendingId);
  if (transfer.phase <= PHASE.pending) {
    to.nullField();
  } else {
    to.int64Field(transfer.released);
  }
  if (transfer.timeoutSeconds === 0) {
    to.nullField();
  } else {
    to.numberField(transfer.timeoutSeconds);
  }
  if (transfer.valueDate === undefined) {
    to.nullField();
  } else {
    to.int32Field(transfer.valueDate - EPOCH_DAYS);
  }
  writeOptionalId(to, transfer.reversesId);
  writeMetadata(to, transfer.metadata);
}

/** Writes an id that failed for good. */
export function writeFailureRow(to: CopyBuffer, number: number, tenant: string, { id, status }: FailedTransfer): void {
  to.reserve(FIXED_BYTES);
  to.int16(LOG_TABLES.failed_transfers.length);
  to.numberField(number);
  to.textField(tenant, FIXED_BYTES);
  to.idField(id);
  to.textField(status, FIXED_BYTES);
}

function writeOptionalId(to: CopyBuffer, id: string): void {
  if (id === ZERO_ID) {
    to.nullField();
  } else {
    to.idField(id);
  }
}

/** As json, not jsonb: the very text that is hashed is kept. */
function writeMetadata(to: CopyBuffer, metadata: Metadata): void {
  if (isEmptyMetadata(metadata)) {
    to.nullField();
  } else {
    to.textField(JSON.stringify(metadata), FIXED_BYTES);
  }
}
