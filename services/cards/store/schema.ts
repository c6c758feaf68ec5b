/** The tables as drizzle sees them; the migrations make them. Numbers of enums are the contract's. */
import type { JsonValue } from "@bufbuild/protobuf";
import { bigint, boolean, customType, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { AuthorizationState } from "../domain/authorization.ts";
import type { CardState } from "../domain/card.ts";

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });
const minor = (name: string) => bigint(name, { mode: "bigint" }).notNull();
const time = (name: string) => timestamp(name, { withTimezone: true });

export const cards = pgTable("cards", {
  tenantId: text("tenant_id").notNull(),
  id: uuid("id").notNull(),
  form: integer("form").notNull(),
  customer: text("customer").notNull(),
  fundingAccount: text("funding_account").notNull(),
  currencyCode: text("currency_code").notNull(),
  /** ProtoJSON of CardControls. */
  controls: jsonb("controls").$type<JsonValue>(),
  state: text("state").$type<CardState>().notNull(),
  closeReason: integer("close_reason").notNull(),
  vendor: text("vendor"),
  vendorCard: text("vendor_card"),
  bin: text("bin").notNull(),
  lastFour: text("last_four").notNull(),
  expiryYear: integer("expiry_year").notNull(),
  expiryMonth: integer("expiry_month").notNull(),
  hasPin: boolean("has_pin").notNull(),
  replaces: uuid("replaces"),
  replacedBy: uuid("replaced_by"),
  version: minor("version"),
  createTime: time("create_time").notNull(),
  updateTime: time("update_time").notNull(),
});

export const authorizations = pgTable("authorizations", {
  tenantId: text("tenant_id").notNull(),
  id: uuid("id").notNull(),
  requestId: uuid("request_id").notNull(),
  cardId: uuid("card_id").notNull(),
  vendor: text("vendor").notNull(),
  vendorAuthorization: text("vendor_authorization"),
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
  responseCode: text("response_code").notNull(),
  declineReason: integer("decline_reason").notNull(),
  approvalCode: text("approval_code").notNull(),
  /** ProtoJSON of Merchant. */
  merchant: jsonb("merchant").$type<JsonValue>().notNull(),
  expireTime: time("expire_time"),
  version: minor("version"),
  createTime: time("create_time").notNull(),
  updateTime: time("update_time").notNull(),
});

/** Where a request stands. */
export type RequestState = "open" | "done" | "undoing" | "undone";

export const requests = pgTable("requests", {
  tenantId: text("tenant_id").notNull(),
  requestId: uuid("request_id").notNull(),
  method: text("method").notNull(),
  fingerprint: bytes("fingerprint").notNull(),
  cardId: uuid("card_id").notNull(),
  authorizationId: uuid("authorization_id"),
  payload: bytes("payload").notNull(),
  state: text("state").$type<RequestState>().notNull(),
  response: bytes("response"),
  createTime: time("create_time").notNull(),
  resumeTime: time("resume_time").notNull(),
  resumeTries: integer("resume_tries").notNull().default(0),
});
