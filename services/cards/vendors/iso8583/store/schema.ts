/** The tables as drizzle sees them; the migrations make them. */
import { customType, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { ExchangeState, OnLoss } from "../exchanges/exchange.ts";
import type { IsoMessage } from "../link/codec.ts";
import type { AuthorizationFacts } from "../records/authorization.ts";
import type { CardFacts } from "../records/card.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const time = (name: string) => timestamp(name, { withTimezone: true });

export const cards = pgTable(
  "cards",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    panSealed: bytea("pan_sealed").notNull(),
    facts: jsonb("facts").$type<CardFacts>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const authorizations = pgTable(
  "authorizations",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    facts: jsonb("facts").$type<AuthorizationFacts>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const reversedUnseen = pgTable(
  "reversed_unseen",
  { tenantId: text("tenant_id").notNull(), id: uuid("id").notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const tokens = pgTable(
  "tokens",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    cardId: uuid("card_id").notNull(),
    requestor: text("requestor").notNull(),
    lastFour: text("last_four").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const revealLinks = pgTable(
  "reveal_links",
  {
    tenantId: text("tenant_id").notNull(),
    tokenDigest: bytea("token_digest").notNull(),
    cardId: uuid("card_id").notNull(),
    scopes: jsonb("scopes").$type<readonly number[]>().notNull(),
    expireTime: time("expire_time").notNull(),
    useTime: time("use_time"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.tokenDigest] })],
);

export const exchanges = pgTable(
  "exchanges",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    purpose: text("purpose").notNull(),
    fingerprint: bytea("fingerprint"),
    onLoss: text("on_loss").$type<OnLoss>().notNull(),
    state: text("state").$type<ExchangeState>().notNull(),
    mti: text("mti").notNull(),
    stan: text("stan").notNull(),
    rrn: text("rrn").notNull(),
    transmitted: text("transmitted").notNull(),
    cardId: uuid("card_id"),
    fields: jsonb("fields").$type<IsoMessage["fields"]>().notNull(),
    details: jsonb("details").$type<unknown>().notNull(),
    reversesId: uuid("reverses_id"),
    attempts: integer("attempts").notNull(),
    dueTime: time("due_time").notNull(),
    responseCode: text("response_code"),
    answer: jsonb("answer").$type<IsoMessage["fields"]>(),
    createTime: time("create_time").notNull(),
    response: bytea("response"),
    secretSealed: bytea("secret_sealed"),
    finishTime: time("finish_time"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);
