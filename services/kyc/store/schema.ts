/** The tables as drizzle sees them; the migrations make them. */
import type { JsonValue } from "@bufbuild/protobuf";
import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { State } from "../domain/decide.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const time = (name: string) => timestamp(name, { withTimezone: true });

export const verifications = pgTable(
  "verifications",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    requestId: uuid("request_id").notNull(),
    fingerprint: bytea("fingerprint").notNull(),
    state: text("state").$type<State>().notNull(),
    vendor: text("vendor"),
    reference: text("reference"),
    version: bigint("version", { mode: "bigint" }).notNull(),
    customer: text("customer").notNull(),
    isMonitored: boolean("is_monitored").notNull(),
    validSeconds: bigint("valid_seconds", { mode: "bigint" }).notNull(),
    steps: jsonb("steps").$type<readonly JsonValue[]>().notNull(),
    hits: jsonb("hits").$type<readonly JsonValue[]>().notNull(),
    neededDocuments: jsonb("needed_documents").$type<readonly number[]>().notNull(),
    isAccepted: boolean("is_accepted"),
    decidedBy: text("decided_by"),
    decisionReason: text("decision_reason"),
    decideTime: time("decide_time"),
    createTime: time("create_time").notNull(),
    updateTime: time("update_time").notNull(),
    expireTime: time("expire_time"),
    resolveTime: time("resolve_time").notNull(),
    resolveTries: integer("resolve_tries").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const monitoring = pgTable(
  "monitoring",
  {
    tenantId: text("tenant_id").notNull(),
    vendor: text("vendor").notNull(),
    cursor: text("cursor").notNull(),
    pollTime: time("poll_time").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.vendor] })],
);
