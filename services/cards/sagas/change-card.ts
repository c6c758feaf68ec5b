/** Changes a card at its vendor: written down, asked, ended. Sent again while the answer is lacking, it asks again. */
import { clone, type DescMessage, type DescMethodUnary, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { CardCloseReason, type Card as CardMessage, CardSchema } from "#gen/malla/cards/v1/card_pb.js";
import type { CardsProviderService, ProviderCard } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Fact } from "#platform/outbox/append.ts";
import type { Call } from "#platform/rpc/call.ts";
import { type CardMove, refusalOfMove } from "../domain/card.ts";
import { cardsRefused } from "../errors.ts";
import { cardFacts, controlsChanged, pinSet } from "../events/outbox.ts";
import { fromCard } from "../mapping.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { checkCard } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import { type Card, findCard, updateCard } from "../store/card-store.ts";
import { deleteRequest, endRequest, lockRequest } from "../store/request-store.ts";
import { type Came, findBefore, writeDown } from "./begin-request.ts";
import { takeInCard } from "./take-in-card.ts";

/** A card that a vendor has. */
export type IssuedCard = Card & { readonly vendor: string; readonly vendorCard: string };

/** A change. */
export interface CardChange<I extends DescMessage> extends Came<I> {
  readonly method: DescMethodUnary<I, typeof CardSchema>;
  readonly cardId: string;
  readonly move: CardMove;
  readonly ask: (vendor: Client<typeof CardsProviderService>, card: IssuedCard) => Promise<ProviderCard>;
  /** The request without what must not be kept; default: all of it. */
  readonly withoutSecrets?: Came<I>["request"];
}

/** Carries a change out, and answers the card. */
export async function changeCard<I extends DescMessage>(
  deps: CardsDeps,
  call: Call,
  change: CardChange<I>,
): Promise<CardMessage> {
  const { method, request, cardId } = change;
  const begun = await deps.database.tenant(call, async (transaction) => {
    const before = await findBefore(transaction, call, change);
    if (before?.response != null) {
      return { response: before.response };
    }
    const card = await requireIssued(transaction, cardId, before === undefined ? change.move : "use");
    if (before === undefined) {
      const kept = change.withoutSecrets ?? clone(method.input, request);
      await writeDown(deps, transaction, call, change, { cardId, authorizationId: null, kept });
    }
    return { card };
  });
  if (begun.card === undefined) {
    return fromBinary(CardSchema, begun.response);
  }
  const { card } = begun;
  const vendor = deps.vendors.at(card.vendor, vendorCall(call, deps.vendorTimeoutMs));
  const outcome = await askVendor(
    () => change.ask(vendor, card),
    (said) => checkCard(said, card),
  );
  switch (outcome.kind) {
    case "answered":
      return endCardChange(deps, call, request.requestId, outcome.answer);
    case "refused":
      await deps.database.tenant(call, (transaction) => deleteRequest(transaction, request.requestId));
      throw outcome.error;
    case "unknown":
      throw cardsRefused("outcome_unknown", {}, outcome.error);
  }
}

/** Takes in what a vendor answered to a request about a card. */
export async function endCardChange(
  { database, outbox, now }: CardsDeps,
  call: Call,
  requestId: string,
  said: ProviderCard,
): Promise<CardMessage> {
  return database.tenant(call, async (transaction) => {
    const request = await lockRequest(transaction, call.tenant, requestId);
    if (request === undefined) {
      throw new Error(`request ${requestId} is lost`);
    }
    if (request.response !== null) {
      return fromBinary(CardSchema, request.response);
    }
    const known = await findCard(transaction, request.cardId, "update");
    if (known === undefined) {
      throw new Error(`the card of request ${requestId} is lost`);
    }
    const card = takeInCard(known, said, now());
    await updateCard(transaction, call.tenant, card);
    const facts = [...cardFacts(call.tenant, known, card), ...factsOf(request.method, call.tenant, card)];
    const replaced = await closeReplaced(transaction, call.tenant, card, request.method, now());
    await outbox.append(transaction, [...facts, ...replaced]);
    const response = fromCard(card);
    await endRequest(transaction, requestId, Buffer.from(toBinary(CardSchema, response)));
    return response;
  });
}

function factsOf(method: string, tenant: string, card: Card): Fact[] {
  switch (method) {
    case "UpdateCardControls":
      return [controlsChanged(tenant, card)];
    case "SetPin":
      return [pinSet(tenant, card)];
    default:
      return [];
  }
}

/** A vendor that issues a card in place of another has closed that one. */
async function closeReplaced(
  transaction: Transaction,
  tenant: string,
  card: Card,
  method: string,
  at: Date,
): Promise<Fact[]> {
  const old = method === "ReplaceCard" ? await findCard(transaction, card.replaces ?? "", "update") : undefined;
  if (old === undefined || old.replacedBy !== null) {
    return [];
  }
  const closeReason = card.closeReason === CardCloseReason.UNSPECIFIED ? CardCloseReason.NOT_WANTED : card.closeReason;
  const closed: Card = { ...old, state: "closed", closeReason, replacedBy: card.id, updateTime: at };
  await updateCard(transaction, tenant, closed);
  return cardFacts(tenant, old, closed);
}

/** The card, locked, of which a move is asked. */
export async function requireIssued(transaction: Transaction, cardId: string, move: CardMove): Promise<IssuedCard> {
  const card = await findCard(transaction, cardId, "update");
  const refusal = refusalOfMove(card?.state, move);
  if (refusal !== undefined) {
    throw cardsRefused(refusal, card === undefined ? { name: `cards/${cardId}` } : { state: card.state });
  }
  if (card === undefined || card.vendor === null || card.vendorCard === null) {
    // Refused by its vendor: there is nothing to move.
    throw cardsRefused("card_state_not_allowed", { state: "closed" });
  }
  return { ...card, vendor: card.vendor, vendorCard: card.vendorCard };
}
