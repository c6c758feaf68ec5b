/** The tables as drizzle sees them; the migrations make them. */
import { bigint, integer, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { OperationKind } from "../domain/product.ts";

/** Fees as stored: JSON has no 64-bit integers, so amounts are decimal strings. */
export interface StoredFee {
  readonly operation: OperationKind;
  readonly fixed: string;
  readonly basisPoints: number;
}

/** Limits as stored. */
export interface StoredLimit {
  readonly operation: OperationKind;
  readonly maxAmount: string;
  readonly maxDailyAmount: string;
}

export const products = pgTable(
  "products",
  {
    tenantId: text("tenant_id").notNull(),
    id: text("id").notNull(),
    displayName: text("display_name").notNull(),
    regionCode: text("region_code").notNull(),
    currencyCode: text("currency_code").notNull(),
    overdraftLimit: bigint("overdraft_limit", { mode: "bigint" }).notNull(),
    annualInterestBasisPoints: integer("annual_interest_basis_points").notNull(),
    fees: jsonb("fees").$type<readonly StoredFee[]>().notNull(),
    limits: jsonb("limits").$type<readonly StoredLimit[]>().notNull(),
    state: text("state").$type<"active" | "retired">().notNull(),
    version: bigint("version", { mode: "bigint" }).notNull(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
    updateTime: timestamp("update_time", { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
