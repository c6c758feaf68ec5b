/** The tables as drizzle sees them; the migrations make them. */
import { bigint, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Customer } from "../domain/customer.ts";
import type { TaxIdentifierType } from "../domain/tax-identifier.ts";

export const customers = pgTable(
  "customers",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    person: jsonb("person").$type<Customer["person"]>().notNull(),
    email: text("email").notNull(),
    phoneNumber: text("phone_number").notNull(),
    state: text("state").$type<Customer["state"]>().notNull(),
    version: bigint("version", { mode: "bigint" }).notNull(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
    updateTime: timestamp("update_time", { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const taxIdentifiers = pgTable(
  "tax_identifiers",
  {
    tenantId: text("tenant_id").notNull(),
    type: text("type").$type<TaxIdentifierType>().notNull(),
    value: text("value").notNull(),
    customerId: uuid("customer_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.type, table.value] })],
);
