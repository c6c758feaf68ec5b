/** The table as drizzle sees it; the migration makes it. */
import { bigint, customType, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { WatchmanHit } from "../screen-subject.ts";

/** Where a verification stands. */
export type State = "in_review" | "passed" | "expired" | "cancelled";

/** JSON as text: jsonb cannot hold every character that a name can. */
const hits = customType<{ data: readonly WatchmanHit[]; driverData: string }>({
  dataType: () => "text",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => JSON.parse(value),
});

export const verifications = pgTable(
  "verifications",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    requestId: uuid("request_id").notNull(),
    state: text("state").$type<State>().notNull(),
    hits: hits("hits").notNull(),
    expireTime: timestamp("expire_time", { withTimezone: true }),
    version: bigint("version", { mode: "bigint" }).notNull(),
    createTime: timestamp("create_time", { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
