/** Looks at vendors' answers before anything is done with them: what breaks the contract is not used. */
import assert from "node:assert/strict";
import { DeclineReason } from "#gen/malla/cards/v1/authorization_pb.js";
import { CardCloseReason } from "#gen/malla/cards/v1/card_pb.js";
import type {
  MoveResponse,
  ProviderAuthorization,
  ProviderCard,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import { faultOfSnapshot, type Snapshot } from "../domain/authorization.ts";
import { toCardState, toState } from "../mapping.ts";
import type { Authorization } from "../store/authorization-store.ts";
import type { Card } from "../store/card-store.ts";

const REFERENCE = /^[A-Za-z0-9_-]{1,64}$/;

/** @throws AssertionError where a vendor's card cannot be the one that we mean. */
export function checkCard(said: ProviderCard, known: Card): void {
  assert.match(said.card, REFERENCE, "reference of the card");
  assert.ok(known.vendorCard === null || known.vendorCard === said.card, "another card");
  assert.equal(said.form, known.form, "form");
  assert.equal(said.currencyCode, known.currencyCode, "currency");
  assert.equal(said.fundingAccount, known.fundingAccount, "funding account");
  assert.ok(toCardState(said.state) !== undefined, `state ${said.state} of a card`);
  assert.ok(CardCloseReason[said.closeReason] !== undefined, `close reason ${said.closeReason}`);
  assert.match(said.bin, /^([0-9]{6}|[0-9]{8})$/, "BIN");
  assert.match(said.lastFour, /^[0-9]{4}$/, "last four");
  assert.ok(said.expiryMonth >= 1 && said.expiryMonth <= 12 && said.expiryYear >= 2000, "expiry");
  assert.ok(said.version > 0n, "version");
}

/** @throws AssertionError where an answer to a move cannot be about the authorization that we mean. */
export function checkMove(said: MoveResponse, known: Authorization, vendorCard: string): void {
  const isApproval = said.responseCode === "00" || said.responseCode === "10";
  assert.match(said.responseCode, /^[0-9A-Z]{2}$/, "response code");
  assert.ok(DeclineReason[said.declineReason] !== undefined, `decline reason ${said.declineReason}`);
  assert.equal(said.declineReason === DeclineReason.UNSPECIFIED, isApproval, "decline reason beside the code");
  assert.notEqual(said.declineReason, DeclineReason.ISSUER_UNAVAILABLE, "a vendor that answers is not unavailable");
  if (said.authorization !== undefined) {
    checkAuthorization(said.authorization, known, vendorCard);
  }
}

/** @throws AssertionError where a vendor's authorization cannot be the one that we mean. */
export function checkAuthorization(said: ProviderAuthorization, known: Authorization, vendorCard: string): void {
  assert.match(said.authorization, REFERENCE, "reference of the authorization");
  const { vendorAuthorization } = known;
  assert.ok(vendorAuthorization === null || vendorAuthorization === said.authorization, "another authorization");
  assert.equal(said.requestId, known.requestId, "request of the authorization");
  assert.ok(said.card === vendorCard || said.card === "", "another card");
  const fault = faultOfSnapshot(toSnapshot(said, known));
  assert.equal(fault, undefined, fault);
}

/** What a vendor said of an authorization. */
export function toSnapshot(
  said: ProviderAuthorization,
  { currencyCode }: Pick<Authorization, "currencyCode">,
): Snapshot {
  const state = toState(said.state);
  assert.ok(state !== undefined, `state ${said.state} of an authorization`);
  // Of what was declined nothing was approved, in whatever currency it was asked for.
  const minor = (amount: Money | undefined, name: string) => {
    assert.ok(amount !== undefined, `${name} is lacking`);
    assert.ok(amount.currencyCode === currencyCode || amount.minorUnits === 0n, `currency of ${name}`);
    return amount.minorUnits;
  };
  return {
    state,
    approved: minor(said.approvedAmount, "approved_amount"),
    held: minor(said.heldAmount, "held_amount"),
    reversed: minor(said.reversedAmount, "reversed_amount"),
    cleared: minor(said.clearedAmount, "cleared_amount"),
    refunded: minor(said.refundedAmount, "refunded_amount"),
    disputed: minor(said.disputedAmount, "disputed_amount"),
    chargedBack: minor(said.chargedBackAmount, "charged_back_amount"),
    version: said.version,
  };
}
