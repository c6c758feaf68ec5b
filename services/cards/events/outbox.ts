/** The facts that cards tell: no card data among them. */
import {
  AuthorizationApprovedSchema,
  AuthorizationBecameUnknownSchema,
  AuthorizationChangedSchema,
  AuthorizationDeclinedSchema,
  CardControlsChangedSchema,
  CardIssuedSchema,
  CardPinSetSchema,
  CardStateChangedSchema,
  CardTokenizedSchema,
} from "#gen/malla/cards/v1/cards_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import { authorizationName, cardName, fromCardState, fromMerchant, fromState } from "../mapping.ts";
import type { Authorization } from "../store/authorization-store.ts";
import type { Card } from "../store/card-store.ts";

/** What changed about a card, from what it was to what it is. */
export function cardFacts(tenant: string, before: Card, after: Card): Fact[] {
  const about = aboutCard(tenant, after);
  const card = about.subject;
  const { customer, form, vendor, replaces } = after;
  const facts: Fact[] = [];
  if (before.state === "unknown" && after.state !== "unknown" && after.vendorCard !== null) {
    const data = { card, customer, form, vendor: vendor ?? "", replaces: replaces === null ? "" : cardName(replaces) };
    facts.push(fact({ ...about, type: CardIssuedSchema, data }));
  } else if (before.state !== after.state) {
    const from = fromCardState(before.state);
    const data = { card, from, to: fromCardState(after.state), closeReason: after.closeReason };
    facts.push(fact({ ...about, type: CardStateChangedSchema, data }));
  }
  return facts;
}

/** What a card may be used for changed. */
export function controlsChanged(tenant: string, card: Card): Fact {
  const about = aboutCard(tenant, card);
  return fact({ ...about, type: CardControlsChangedSchema, data: { card: about.subject } });
}

/** A card was given a PIN. */
export function pinSet(tenant: string, card: Card): Fact {
  const about = aboutCard(tenant, card);
  return fact({ ...about, type: CardPinSetSchema, data: { card: about.subject } });
}

/** A card was given a token. */
export function cardTokenized(tenant: string, card: Card, requestor: string, time: Date): Fact {
  const about = { ...aboutCard(tenant, card), time };
  return fact({ ...about, type: CardTokenizedSchema, data: { card: about.subject, requestor } });
}

/** What changed about an authorization, from what it was to what it is. */
export function authorizationFacts(tenant: string, before: Authorization, after: Authorization): Fact[] {
  const about = { tenant, subject: authorizationName(after.id), time: after.updateTime };
  const shared = { authorization: about.subject, card: cardName(after.cardId) };
  const money = (minorUnits: bigint) => ({ currencyCode: after.currencyCode, minorUnits });
  const merchant = fromMerchant(after.merchant);
  if (after.state === "unknown") {
    return before.state === "unknown" && before.version !== 0n
      ? []
      : [fact({ ...about, type: AuthorizationBecameUnknownSchema, data: shared })];
  }
  if (before.version === 0n && after.state === "declined") {
    const amount = { currencyCode: after.requestedCurrencyCode, minorUnits: after.requested };
    const { responseCode, declineReason } = after;
    const data = { ...shared, amount, merchant, responseCode, declineReason };
    return [fact({ ...about, type: AuthorizationDeclinedSchema, data })];
  }
  if (before.version === 0n && (after.state === "approved" || after.state === "cleared")) {
    const data = { ...shared, amount: money(after.approved), merchant };
    return [fact({ ...about, type: AuthorizationApprovedSchema, data })];
  }
  if (before.version === after.version && before.state === after.state) {
    return [];
  }
  const returned = after.refunded + after.disputed + after.chargedBack;
  const data = {
    ...shared,
    state: fromState(after.state),
    heldAmount: money(after.held),
    clearedAmount: money(after.cleared),
    returnedAmount: money(returned),
  };
  return [fact({ ...about, type: AuthorizationChangedSchema, data })];
}

function aboutCard(tenant: string, card: Card) {
  return { tenant, subject: cardName(card.id), time: card.updateTime };
}
