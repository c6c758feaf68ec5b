/** The tables as drizzle sees them; the migrations make them. */
import { bigint, boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { BalanceConstraint } from "../domain/account.ts";
import type { Metadata } from "../domain/metadata.ts";
import type { TransientStatus } from "../domain/result.ts";

export const ledgerClock = pgTable("ledger_clock", {
  tenantId: text("tenant_id").primaryKey(),
  lastTimeNs: bigint("last_time_ns", { mode: "bigint" }).notNull(),
});

export const accounts = pgTable(
  "accounts",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    ledger: bigint("ledger", { mode: "number" }).notNull(),
    currencyCode: text("currency_code").notNull(),
    code: integer("code").notNull(),
    balanceConstraint: text("balance_constraint").$type<BalanceConstraint>().notNull(),
    overdraftLimit: bigint("overdraft_limit", { mode: "bigint" }).notNull(),
    metadata: jsonb("metadata").$type<Metadata>().notNull(),
    createTimeNs: bigint("create_time_ns", { mode: "bigint" }).notNull(),
    debitsPosted: bigint("debits_posted", { mode: "bigint" }).notNull(),
    creditsPosted: bigint("credits_posted", { mode: "bigint" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const transfers = pgTable(
  "transfers",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    debitAccountId: uuid("debit_account_id").notNull(),
    creditAccountId: uuid("credit_account_id").notNull(),
    amount: bigint("amount", { mode: "bigint" }).notNull(),
    ledger: bigint("ledger", { mode: "number" }).notNull(),
    currencyCode: text("currency_code").notNull(),
    code: integer("code").notNull(),
    linked: boolean("linked").notNull(),
    metadata: jsonb("metadata").$type<Metadata>().notNull(),
    bookTimeNs: bigint("book_time_ns", { mode: "bigint" }).notNull(),
    debitAccountDebitsAfter: bigint("debit_account_debits_after", { mode: "bigint" }).notNull(),
    debitAccountCreditsAfter: bigint("debit_account_credits_after", { mode: "bigint" }).notNull(),
    creditAccountDebitsAfter: bigint("credit_account_debits_after", { mode: "bigint" }).notNull(),
    creditAccountCreditsAfter: bigint("credit_account_credits_after", { mode: "bigint" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const failedTransfers = pgTable(
  "failed_transfers",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    status: text("status").$type<TransientStatus>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
