/** The table as drizzle sees it; the migrations make it. */
import { bigint, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { NotificationKind } from "../domain/notification.ts";

export const notifications = pgTable(
  "notifications",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    customer: text("customer").notNull(),
    account: text("account").notNull(),
    kind: text("kind").$type<NotificationKind>().notNull(),
    currencyCode: text("currency_code").notNull(),
    amountMinor: bigint("amount_minor", { mode: "bigint" }).notNull(),
    operation: text("operation").notNull(),
    eventId: uuid("event_id").notNull(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
