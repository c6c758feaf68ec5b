/** The tables as drizzle sees them; the migrations make them. */
import { bigint, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { Terms } from "../domain/binding.ts";
import type { Certificate, Vendor } from "../domain/vendor.ts";
import type { MethodState } from "../domain/vendor-states.ts";

const time = (name: string) => timestamp(name, { withTimezone: true }).notNull();

export const bindings = pgTable(
  "bindings",
  {
    tenantId: text("tenant_id").notNull(),
    capability: text("capability").notNull(),
    terms: jsonb("terms").$type<Terms>().notNull(),
    version: bigint("version", { mode: "bigint" }).notNull(),
    projectedVersion: bigint("projected_version", { mode: "bigint" }).notNull().default(0n),
    createTime: time("create_time"),
    updateTime: time("update_time"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.capability] })],
);

export const bindingRevisions = pgTable(
  "binding_revisions",
  {
    tenantId: text("tenant_id").notNull(),
    capability: text("capability").notNull(),
    version: bigint("version", { mode: "bigint" }).notNull(),
    termsBefore: jsonb("terms_before").$type<Terms>(),
    termsAfter: jsonb("terms_after").$type<Terms>().notNull(),
    principal: text("principal").notNull(),
    reason: text("reason").notNull(),
    createTime: time("create_time"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.capability, table.version] })],
);

/** A certificate as stored: JSON has no times. */
export interface StoredCertificate extends Omit<Certificate, "expireTime"> {
  readonly expireTime: string;
}

export const vendors = pgTable(
  "vendors",
  {
    tenantId: text("tenant_id").notNull(),
    capability: text("capability").notNull(),
    vendor: text("vendor").notNull(),
    address: text("address").notNull(),
    capabilities: jsonb("capabilities").$type<Vendor["capabilities"]>().notNull(),
    state: text("state").$type<Vendor["state"]>().notNull(),
    leaseExpireTime: time("lease_expire_time"),
    certificate: jsonb("certificate").$type<StoredCertificate>(),
    version: bigint("version", { mode: "bigint" }).notNull(),
    projectedVersion: bigint("projected_version", { mode: "bigint" }).notNull().default(0n),
    createTime: time("create_time"),
    updateTime: time("update_time"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.capability, table.vendor] })],
);

export const vendorReports = pgTable(
  "vendor_reports",
  {
    tenantId: text("tenant_id").notNull(),
    service: text("service").notNull(),
    process: text("process").notNull(),
    states: jsonb("states").$type<readonly MethodState[]>().notNull(),
    reportTime: time("report_time"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.service, table.process] })],
);
