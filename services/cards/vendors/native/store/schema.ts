/** The tables as drizzle sees them; the migrations make them. */
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
import type { AuthorizationState } from "../domain/authorization.ts";
import type { CardForm, CardState, CloseReason } from "../domain/card.ts";

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
const minor = (name: string) => bigint(name, { mode: "bigint" }).notNull();
const time = (name: string) => timestamp(name, { withTimezone: true }).notNull();

export const cards = pgTable(
  "cards",
  {
    tenantId: text("tenant_id").notNull(),
    id: uuid("id").notNull(),
    form: text("form").$type<CardForm>().notNull(),
    state: text("state").$type<CardState>().notNull(),
    closeReason: text("close_reason").$type<CloseReason>(),
    bin: text("bin").notNull(),
    lastFour: text("last_four").notNull(),
    expiryYear: integer("expiry_year").notNull(),
    expiryMonth: integer("expiry_month").notNull(),
    currencyCode: text("currency_code").notNull(),
    fundingAccount: uuid("funding_account").notNull(),
    controls: jsonb("controls"),
    hasPin: boolean("has_pin").notNull(),
    wrongPins: integer("wrong_pins").notNull(),
    replaces: uuid("replaces"),
    version: minor("version"),
    numberSealed: bytes("number_sealed").notNull(),
    numberFingerprint: bytes("number_fingerprint").notNull(),
    pinValue: bytes("pin_value"),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

export const tokens = pgTable("tokens", {
  tenantId: text("tenant_id").notNull(),
  id: uuid("id").notNull(),
  cardId: uuid("card_id").notNull(),
  requestor: text("requestor").notNull(),
});

export const revealLinks = pgTable("reveal_links", {
  tenantId: text("tenant_id").notNull(),
  requestId: uuid("request_id").notNull(),
  fingerprint: bytes("fingerprint").notNull(),
  tokenHash: bytes("token_hash").notNull(),
  cardId: uuid("card_id").notNull(),
  scopes: integer("scopes").array().notNull(),
  expireTime: time("expire_time"),
  isUsed: boolean("is_used").notNull().default(false),
});

export const authorizations = pgTable("authorizations", {
  tenantId: text("tenant_id").notNull(),
  id: uuid("id").notNull(),
  requestId: uuid("request_id").notNull(),
  cardId: uuid("card_id"),
  fundingAccount: uuid("funding_account"),
  currencyCode: text("currency_code").notNull(),
  requestedCurrencyCode: text("requested_currency_code").notNull(),
  requested: minor("requested"),
  state: text("state").$type<AuthorizationState>().notNull(),
  approved: minor("approved"),
  held: minor("held"),
  reversed: minor("reversed"),
  cleared: minor("cleared"),
  refunded: minor("refunded"),
  disputed: minor("disputed"),
  chargedBack: minor("charged_back"),
  hold: uuid("hold"),
  approvalCode: text("approval_code").notNull(),
  expireTime: time("expire_time"),
  createTime: time("create_time"),
  version: minor("version"),
});

export const moves = pgTable("moves", {
  tenantId: text("tenant_id").notNull(),
  requestId: uuid("request_id").notNull(),
  fingerprint: bytes("fingerprint").notNull(),
  authorizationId: uuid("authorization_id"),
  plan: jsonb("plan"),
  answer: bytes("answer"),
  resumeTime: time("resume_time"),
});

export const reversedUnseen = pgTable("reversed_unseen", {
  tenantId: text("tenant_id").notNull(),
  requestId: uuid("request_id").notNull(),
});
