/** The tables as drizzle sees them; the migrations make them. */
import { bigint, boolean, customType, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { State } from "../domain/decide.ts";
import type { Party } from "../domain/party.ts";
import type { Step } from "../domain/step.ts";
import type { Hit } from "../screening/hit.ts";

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
/** JSON as text: jsonb cannot hold every character that a text of a request can. */
const json = <Data>(name: string) =>
  customType<{ data: Data; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => JSON.parse(value),
  })(name).notNull();

export const verifications = pgTable(
  "verifications",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    requestId: uuid("request_id").notNull(),
    party: json<Party>("party"),
    state: text("state").$type<State>().notNull(),
    steps: json<readonly Step[]>("steps"),
    hits: json<readonly Hit[]>("hits"),
    isMonitored: boolean("is_monitored").notNull(),
    validMs: bigint("valid_ms", { mode: "number" }).notNull(),
    expireTime: timestamp("expire_time", { withTimezone: true }),
    listsVersion: text("lists_version").notNull(),
    documentDigest: bytes("document_digest"),
    version: bigint("version", { mode: "bigint" }).notNull(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const monitoringEvents = pgTable("monitoring_events", {
  position: bigint("position", { mode: "bigint" }).generatedAlwaysAsIdentity().primaryKey(),
  tenantId: text("tenant_id").notNull(),
  id: uuid("id").notNull(),
  verificationId: uuid("verification_id").notNull(),
  hits: json<readonly Hit[]>("hits"),
  eventTime: timestamp("event_time", { withTimezone: true }).notNull(),
});
