/** Records of the vendor to messages of the contract. */
import { create, fromJson } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AuthorizationState, DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, CardControlsSchema, type CardForm } from "#gen/malla/cards/v1/card_pb.js";
import {
  type MoveResponse,
  MoveResponseSchema,
  type ProviderAuthorization,
  ProviderAuthorizationSchema,
  type ProviderCard,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { AuthorizationFacts } from "./records/authorization.ts";
import type { CardFacts } from "./records/card.ts";

const CARD_STATES: Readonly<Record<string, Card_State>> = {
  I: Card_State.INACTIVE,
  A: Card_State.ACTIVE,
  F: Card_State.FROZEN,
  C: Card_State.CLOSED,
};

const AUTHORIZATION_STATES: Readonly<Record<string, AuthorizationState>> = {
  A: AuthorizationState.APPROVED,
  C: AuthorizationState.CLEARED,
  R: AuthorizationState.REVERSED,
  X: AuthorizationState.EXPIRED,
  D: AuthorizationState.DECLINED,
};

/** Field 39 of a decline, and the reason that the contract has for it. */
const DECLINES: Readonly<Record<string, DeclineReason>> = {
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

/** Field 39 of approvals. */
const APPROVALS: readonly string[] = ["00", "10"];
/** What a code that the contract has no reason for is told as: the host declined, and that is all that can be said. */
const OTHERWISE = "05";

/** Why field 39 declines. */
export function declineReasonOf(code: string): DeclineReason {
  return DECLINES[code] ?? DeclineReason.UNSPECIFIED;
}

/** Whether field 39 approves. */
export function isApproval(code: string | null | undefined): boolean {
  return APPROVALS.includes(code ?? "");
}

/** A card. */
export function toProviderCard(id: string, facts: CardFacts): ProviderCard {
  return create(ProviderCardSchema, {
    card: id,
    // Kept as the contract's number.
    form: facts.form satisfies CardForm,
    state: CARD_STATES[facts.state] ?? Card_State.UNSPECIFIED,
    closeReason: facts.closeReason,
    bin: facts.bin,
    lastFour: facts.lastFour,
    expiryYear: 2000 + Number(facts.expiry.slice(0, 2)),
    expiryMonth: Number(facts.expiry.slice(2)),
    currencyCode: facts.currency,
    fundingAccount: facts.fundingAccount,
    ...(facts.controls === undefined || facts.controls === null
      ? {}
      : { controls: fromJson(CardControlsSchema, facts.controls) }),
    hasPin: facts.hasPin,
    replaces: facts.replaces ?? "",
    version: BigInt(facts.version),
  });
}

/** An authorization. */
export function toProviderAuthorization(id: string, facts: AuthorizationFacts): ProviderAuthorization {
  const money = (minorUnits: string) => ({ currencyCode: facts.currency, minorUnits: BigInt(minorUnits) });
  return create(ProviderAuthorizationSchema, {
    authorization: id,
    requestId: id,
    card: facts.card,
    state: AUTHORIZATION_STATES[facts.state] ?? AuthorizationState.UNSPECIFIED,
    requestedAmount: money(facts.requested),
    approvedAmount: money(facts.approved),
    heldAmount: money(facts.held),
    reversedAmount: money(facts.reversed),
    clearedAmount: money(facts.cleared),
    refundedAmount: money(facts.refunded),
    disputedAmount: money(facts.disputed),
    chargedBackAmount: money(facts.chargedBack),
    approvalCode: facts.approvalCode,
    ...(facts.expiresAtMs === 0 ? {} : { expireTime: timestampFromMs(facts.expiresAtMs) }),
    version: BigInt(facts.version),
  });
}

/** What became of a move. */
export function toMoveResponse(
  code: string,
  authorization: { readonly id: string; readonly facts: AuthorizationFacts } | undefined,
): MoveResponse {
  const told = isApproval(code) || DECLINES[code] !== undefined ? code : OTHERWISE;
  return create(MoveResponseSchema, {
    responseCode: told,
    declineReason: DECLINES[told] ?? DeclineReason.UNSPECIFIED,
    ...(authorization === undefined
      ? {}
      : { authorization: toProviderAuthorization(authorization.id, authorization.facts) }),
  });
}
