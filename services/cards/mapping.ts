/** Cards and authorizations as they are kept to the contract's, and the vendor's words to ours. */
import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Authorization as AuthorizationMessage,
  AuthorizationSchema,
  type Merchant,
  MerchantSchema,
  AuthorizationState as State,
} from "#gen/malla/cards/v1/authorization_pb.js";
import {
  Card_State,
  type CardControls,
  CardControlsSchema,
  type Card as CardMessage,
  CardSchema,
} from "#gen/malla/cards/v1/card_pb.js";
import type { AuthorizationState } from "./domain/authorization.ts";
import type { CardState } from "./domain/card.ts";
import type { Authorization } from "./store/authorization-store.ts";
import type { Card } from "./store/card-store.ts";

const CARD_STATES = {
  unknown: Card_State.UNKNOWN,
  inactive: Card_State.INACTIVE,
  active: Card_State.ACTIVE,
  frozen: Card_State.FROZEN,
  closed: Card_State.CLOSED,
} as const satisfies Record<CardState, Card_State>;

const STATES = {
  unknown: State.UNKNOWN,
  approved: State.APPROVED,
  declined: State.DECLINED,
  cleared: State.CLEARED,
  reversed: State.REVERSED,
  expired: State.EXPIRED,
} as const satisfies Record<AuthorizationState, State>;

/** Id of "cards/{card}" or "authorizations/{authorization}". */
export function idOf(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** Name of a card. */
export function cardName(id: string): string {
  return `cards/${id}`;
}

/** Name of an authorization. */
export function authorizationName(id: string): string {
  return `authorizations/${id}`;
}

/** Our word for a vendor's state of a card; undefined for one that a vendor may not say. */
export function toCardState(state: Card_State): CardState | undefined {
  return keys(CARD_STATES).find((key) => key !== "unknown" && CARD_STATES[key] === state);
}

/** Our word for a vendor's state of an authorization; undefined for one that a vendor may not say. */
export function toState(state: State): AuthorizationState | undefined {
  return keys(STATES).find((key) => key !== "unknown" && STATES[key] === state);
}

/** The number of a card's state in the contract. */
export function fromCardState(state: CardState): Card_State {
  return CARD_STATES[state];
}

/** The number of an authorization's state in the contract. */
export function fromState(state: AuthorizationState): State {
  return STATES[state];
}

function keys<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[];
}

/** Controls as they are kept. */
export function toControls(controls: CardControls | undefined): JsonValue {
  return controls === undefined ? null : toJson(CardControlsSchema, controls);
}

/** Controls as they were set; undefined where there are none. */
export function fromControls(controls: JsonValue): CardControls | undefined {
  return controls === null ? undefined : fromJson(CardControlsSchema, controls, { ignoreUnknownFields: true });
}

/** A merchant as it is kept. */
export function toMerchant(merchant: Merchant | undefined): JsonValue {
  return toJson(MerchantSchema, merchant ?? create(MerchantSchema));
}

/** A merchant as it was told. */
export function fromMerchant(merchant: JsonValue): Merchant {
  return fromJson(MerchantSchema, merchant, { ignoreUnknownFields: true });
}

/** A card as callers see it. */
export function fromCard(card: Card): CardMessage {
  const controls = fromControls(card.controls);
  return create(CardSchema, {
    name: cardName(card.id),
    form: card.form,
    customer: card.customer,
    fundingAccount: card.fundingAccount,
    currencyCode: card.currencyCode,
    ...(controls === undefined ? {} : { controls }),
    state: CARD_STATES[card.state],
    closeReason: card.closeReason,
    bin: card.bin,
    lastFour: card.lastFour,
    expiryYear: card.expiryYear,
    expiryMonth: card.expiryMonth,
    hasPin: card.hasPin,
    replaces: card.replaces === null ? "" : cardName(card.replaces),
    replacedBy: card.replacedBy === null ? "" : cardName(card.replacedBy),
    vendor: card.state === "unknown" ? "" : (card.vendor ?? ""),
    createTime: timestampFromDate(card.createTime),
    updateTime: timestampFromDate(card.updateTime),
  });
}

/** An authorization as callers see it. */
export function fromAuthorization(authorization: Authorization): AuthorizationMessage {
  const { currencyCode, expireTime } = authorization;
  const money = (minorUnits: bigint) => ({ currencyCode, minorUnits });
  return create(AuthorizationSchema, {
    name: authorizationName(authorization.id),
    card: cardName(authorization.cardId),
    state: STATES[authorization.state],
    requestedAmount: { currencyCode: authorization.requestedCurrencyCode, minorUnits: authorization.requested },
    approvedAmount: money(authorization.approved),
    heldAmount: money(authorization.held),
    reversedAmount: money(authorization.reversed),
    clearedAmount: money(authorization.cleared),
    refundedAmount: money(authorization.refunded),
    disputedAmount: money(authorization.disputed),
    chargedBackAmount: money(authorization.chargedBack),
    responseCode: authorization.responseCode,
    declineReason: authorization.declineReason,
    approvalCode: authorization.approvalCode,
    merchant: fromMerchant(authorization.merchant),
    ...(expireTime === null ? {} : { expireTime: timestampFromDate(expireTime) }),
    vendor: authorization.vendor,
    createTime: timestampFromDate(authorization.createTime),
    updateTime: timestampFromDate(authorization.updateTime),
  });
}
