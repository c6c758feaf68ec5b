/** Compares a row of the log with what the oracle booked: proof that nothing is lost between memory and the bytes sent. */
import assert from "node:assert/strict";
import type { BalanceConstraint } from "../../domain/account.ts";
import { ZERO_ID } from "../../domain/id.ts";
import type { OracleEvent } from "../../domain/testing/oracle-books.ts";
import type { Field } from "./parse-batch.ts";
import type { LogRow } from "./simulated-postgres.ts";

const CONSTRAINTS: readonly BalanceConstraint[] = [
  "none",
  "debits_must_not_exceed_credits",
  "credits_must_not_exceed_debits",
];
/** Days from 1970-01-01 to 2000-01-01, where PostgreSQL's begin. */
const EPOCH_DAYS = 10_957;

export function assertSameRow({ table, number, tenant, fields }: LogRow, event: OracleEvent): void {
  const [expectedTable, expected] = rowOf(event);
  assert.equal(table, expectedTable);
  assert.deepEqual({ ...fields }, { number: BigInt(number), tenant_id: tenant, ...expected });
}

function rowOf(event: OracleEvent): [string, Record<string, Field>] {
  switch (event.kind) {
    case "account":
      return [
        "accounts",
        {
          id: event.id,
          ledger: BigInt(event.ledger),
          currency_code: event.currencyCode,
          code: event.code,
          balance_constraint: CONSTRAINTS.indexOf(event.balanceConstraint),
          overdraft_limit: event.overdraftLimit,
          keeps_history: event.keepsHistory,
          made_closed: event.madeClosed,
          is_imported: event.importTimeNs !== undefined,
          create_time_ns: event.createTimeNs,
          metadata: json(event.metadata),
        },
      ];
    case "transfer":
      return [
        "transfers",
        {
          id: optional(event.id),
          phase: event.phase,
          flags: event.flags,
          debit_account_id: event.debitAccountId,
          credit_account_id: event.creditAccountId,
          amount: event.amount,
          currency_code: event.currencyCode,
          ledger: BigInt(event.ledger),
          code: event.code,
          book_time_ns: event.bookTimeNs,
          pending_id: optional(event.pendingId),
          released: event.phase < 2 ? null : event.released,
          timeout_seconds: event.timeoutSeconds === 0 ? null : BigInt(event.timeoutSeconds),
          value_date: event.valueDate === undefined ? null : event.valueDate - EPOCH_DAYS,
          reverses_id: optional(event.reversesId),
          metadata: json(event.metadata),
        },
      ];
    case "failure":
      return ["failed_transfers", { id: event.id, status: event.status }];
  }
}

function optional(id: string): string | null {
  return id === ZERO_ID ? null : id;
}

function json(metadata: Readonly<Record<string, string>>): string | null {
  return Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata);
}
