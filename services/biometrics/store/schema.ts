/** The tables as drizzle sees them; the migrations make them. */
import { customType, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { ChallengeState } from "../domain/challenge.ts";
import type { Rejection, TemplateState } from "../domain/template.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const time = (name: string) => timestamp(name, { withTimezone: true });

/** When an unfinished row is looked at next, and how often it was: the resolver's. */
const resolving = {
  resolveTime: time("resolve_time").notNull(),
  resolveTries: integer("resolve_tries").notNull().default(0),
};

export const templates = pgTable(
  "templates",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    subject: text("subject").notNull(),
    state: text("state").$type<TemplateState>().notNull(),
    vendor: text("vendor"),
    reference: text("reference"),
    sealedDigest: bytea("sealed_digest"),
    rejection: text("rejection").$type<Rejection>(),
    eraseRequestId: uuid("erase_request_id"),
    eraseTime: time("erase_time"),
    createTime: time("create_time").notNull(),
    updateTime: time("update_time").notNull(),
    ...resolving,
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const challenges = pgTable(
  "challenges",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    subject: text("subject").notNull(),
    state: text("state").$type<ChallengeState>().notNull(),
    actions: jsonb("actions").$type<readonly number[]>().notNull(),
    nonce: text("nonce").notNull(),
    expireTime: time("expire_time").notNull(),
    failure: integer("failure").notNull(),
    vendor: text("vendor").notNull(),
    reference: text("reference").notNull(),
    createTime: time("create_time").notNull(),
    updateTime: time("update_time").notNull(),
    ...resolving,
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
