/** The tables as drizzle sees them; the migrations make them. */
import { bigint, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { AccountState } from "../domain/account.ts";
import type { OperationRefusal } from "../domain/operation.ts";
import type { OperationKind } from "../domain/terms.ts";

/** A leg as stored: JSON has no 64-bit integers, so the amount is a decimal string. */
export interface StoredLeg {
  readonly transferId: string;
  readonly debitAccountId: string;
  readonly creditAccountId: string;
  readonly amount: string;
  readonly code: number;
}

export const accounts = pgTable(
  "accounts",
  {
    tenantId: text("tenant_id").notNull(),
    id: text("id").notNull(),
    customerId: text("customer_id").notNull(),
    productId: text("product_id").notNull(),
    currencyCode: text("currency_code").notNull(),
    overdraftLimit: bigint("overdraft_limit", { mode: "bigint" }).notNull(),
    ledgerAccountId: uuid("ledger_account_id").notNull(),
    state: text("state").$type<"opening" | AccountState>().notNull(),
    openingRequestId: uuid("opening_request_id").notNull(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
    updateTime: timestamp("update_time", { withTimezone: true }).notNull(),
    resumeTime: timestamp("resume_time", { withTimezone: true }).notNull(),
    resumeTries: integer("resume_tries").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const operations = pgTable(
  "operations",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    kind: text("kind").$type<OperationKind>().notNull(),
    accountId: text("account_id").notNull(),
    creditorAccountId: text("creditor_account_id"),
    customerId: text("customer_id").notNull(),
    creditorCustomerId: text("creditor_customer_id"),
    currencyCode: text("currency_code").notNull(),
    amount: bigint("amount", { mode: "bigint" }).notNull(),
    fee: bigint("fee", { mode: "bigint" }).notNull(),
    legs: jsonb("legs").$type<readonly StoredLeg[]>().notNull(),
    description: text("description").notNull(),
    state: text("state").$type<"pending" | "posted" | "refused">().notNull(),
    bookTimeNs: bigint("book_time_ns", { mode: "bigint" }),
    refusal: text("refusal").$type<OperationRefusal>(),
    refusalMetadata: jsonb("refusal_metadata").$type<Readonly<Record<string, string>>>(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
    resumeTime: timestamp("resume_time", { withTimezone: true }).notNull(),
    resumeTries: integer("resume_tries").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
