/** Cards and authorizations of the domain to the contract's, and what comes in the other way. */
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { DeclineReason, AuthorizationState as State } from "#gen/malla/cards/v1/authorization_pb.js";
import {
  Card_State,
  CardCloseReason,
  type CardControls,
  CardForm,
  PinBlock_Format,
  type PinBlock as PinBlockMessage,
} from "#gen/malla/cards/v1/card_pb.js";
import {
  type MoveResponse,
  MoveResponseSchema,
  type ProviderAuthorization,
  ProviderAuthorizationSchema,
  type ProviderCard,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Card, CardState, CloseReason, Controls, CardForm as Form } from "./domain/card.ts";
import type { ResponseCode } from "./domain/codes.ts";
import type { Authorization } from "./store/authorization-store.ts";
import type { PinBlock } from "./vault/pin-block.ts";

/** Reason of each code, as the contract pairs them. */
export const DECLINES: Readonly<Record<ResponseCode, DeclineReason>> = {
  "00": DeclineReason.UNSPECIFIED,
  "10": DeclineReason.UNSPECIFIED,
  "05": DeclineReason.DO_NOT_HONOR,
  "12": DeclineReason.INVALID_TRANSACTION,
  "13": DeclineReason.INVALID_AMOUNT,
  "14": DeclineReason.UNKNOWN_CARD,
  "41": DeclineReason.CARD_CLOSED,
  "43": DeclineReason.CARD_STOLEN,
  "51": DeclineReason.INSUFFICIENT_FUNDS,
  "54": DeclineReason.CARD_EXPIRED,
  "55": DeclineReason.PIN_WRONG,
  "57": DeclineReason.NOT_PERMITTED,
  "61": DeclineReason.AMOUNT_LIMIT,
  "62": DeclineReason.CARD_FROZEN,
  "65": DeclineReason.COUNT_LIMIT,
  "75": DeclineReason.PIN_TRIES_EXCEEDED,
  "78": DeclineReason.CARD_INACTIVE,
  "81": DeclineReason.PIN_BLOCK_INVALID,
};

const FORMS = {
  physical: CardForm.PHYSICAL,
  virtual: CardForm.VIRTUAL,
  single_use: CardForm.SINGLE_USE,
} as const satisfies Record<Form, CardForm>;
const CARD_STATES = {
  inactive: Card_State.INACTIVE,
  active: Card_State.ACTIVE,
  frozen: Card_State.FROZEN,
  closed: Card_State.CLOSED,
} as const satisfies Record<CardState, Card_State>;
const REASONS = {
  not_wanted: CardCloseReason.NOT_WANTED,
  lost: CardCloseReason.LOST,
  stolen: CardCloseReason.STOLEN,
  damaged: CardCloseReason.DAMAGED,
  used: CardCloseReason.USED,
} as const satisfies Record<CloseReason, CardCloseReason>;
const STATES = {
  // Never told: who asks is answered when it is decided.
  deciding: State.UNSPECIFIED,
  approved: State.APPROVED,
  declined: State.DECLINED,
  cleared: State.CLEARED,
  reversed: State.REVERSED,
  expired: State.EXPIRED,
} as const satisfies Record<Authorization["state"], State>;

function keyOf<K extends string, V>(table: Readonly<Record<K, V>>, value: V, otherwise: K): K {
  const found = (Object.keys(table) as K[]).find((key) => table[key] === value);
  return found ?? otherwise;
}

/** The form of a card; what is not known was refused at the door. */
export function toForm(form: CardForm): Form {
  return keyOf(FORMS, form, "virtual");
}

/** The state to move a card to; what is not known was refused at the door. */
export function toCardState(state: Card_State): CardState {
  return keyOf(CARD_STATES, state, "closed");
}

/** Why a card is closed; not said: it is not wanted any more. */
export function toCloseReason(reason: CardCloseReason): CloseReason {
  return keyOf(REASONS, reason, "not_wanted");
}

/** Controls of the domain; null where there are none. */
export function toControls(controls: CardControls | undefined): Controls | null {
  if (controls === undefined) {
    return null;
  }
  const { transactionLimit, dailyLimit, dailyCountLimit } = controls;
  const { allowedMerchantCategories, deniedMerchantCategories, allowedCountries, allowedChannels } = controls;
  return {
    ...(transactionLimit === undefined ? {} : { transactionLimit: transactionLimit.minorUnits }),
    ...(dailyLimit === undefined ? {} : { dailyLimit: dailyLimit.minorUnits }),
    dailyCountLimit,
    allowedMerchantCategories,
    deniedMerchantCategories,
    allowedCountries,
    allowedChannels,
  };
}

/** A PIN block of the vault. */
export function toPinBlock({ format, keyId, block }: PinBlockMessage): PinBlock {
  return { format: format === PinBlock_Format.ISO_0 ? 0 : 4, keyId, block: Buffer.from(block) };
}

/** A card as callers see it. */
export function fromCard(card: Card): ProviderCard {
  return create(ProviderCardSchema, {
    card: card.id,
    form: FORMS[card.form],
    state: CARD_STATES[card.state],
    closeReason: card.closeReason === null ? CardCloseReason.UNSPECIFIED : REASONS[card.closeReason],
    bin: card.bin,
    lastFour: card.lastFour,
    expiryYear: card.expiryYear,
    expiryMonth: card.expiryMonth,
    currencyCode: card.currencyCode,
    fundingAccount: card.fundingAccount,
    ...(card.controls === null ? {} : { controls: fromControls(card.controls, card.currencyCode) }),
    hasPin: card.hasPin,
    replaces: card.replaces ?? "",
    version: card.version,
  });
}

function fromControls(controls: Controls, currencyCode: string) {
  const { transactionLimit, dailyLimit, ...lists } = controls;
  const money = (minorUnits: bigint) => ({ currencyCode, minorUnits });
  return {
    dailyCountLimit: lists.dailyCountLimit,
    allowedMerchantCategories: [...lists.allowedMerchantCategories],
    deniedMerchantCategories: [...lists.deniedMerchantCategories],
    allowedCountries: [...lists.allowedCountries],
    allowedChannels: [...lists.allowedChannels],
    ...(transactionLimit === undefined ? {} : { transactionLimit: money(transactionLimit) }),
    ...(dailyLimit === undefined ? {} : { dailyLimit: money(dailyLimit) }),
  };
}

/** The answer to a move. */
export function toAnswer(code: ResponseCode, authorization?: Authorization): MoveResponse {
  return create(MoveResponseSchema, {
    responseCode: code,
    declineReason: DECLINES[code],
    ...(authorization === undefined ? {} : { authorization: fromAuthorization(authorization) }),
  });
}

/** An authorization as callers see it. */
export function fromAuthorization(authorization: Authorization): ProviderAuthorization {
  const { currencyCode } = authorization;
  const money = (minorUnits: bigint) => ({ currencyCode, minorUnits });
  return create(ProviderAuthorizationSchema, {
    authorization: authorization.id,
    requestId: authorization.requestId,
    card: authorization.cardId ?? "",
    state: STATES[authorization.state],
    requestedAmount: { currencyCode: authorization.requestedCurrencyCode, minorUnits: authorization.requested },
    approvedAmount: money(authorization.approved),
    heldAmount: money(authorization.held),
    reversedAmount: money(authorization.reversed),
    clearedAmount: money(authorization.cleared),
    refundedAmount: money(authorization.refunded),
    disputedAmount: money(authorization.disputed),
    chargedBackAmount: money(authorization.chargedBack),
    approvalCode: authorization.approvalCode,
    expireTime: timestampFromDate(authorization.expireTime),
    version: authorization.version,
  });
}
