/** What the host's answers change in the vendor's records, and what the caller is told, by the purpose of the exchange. */
import { create, toBinary } from "@bufbuild/protobuf";
import { CardCloseReason, CardForm } from "#gen/malla/cards/v1/card_pb.js";
import {
  CheckPinResponseSchema,
  MoveResponseSchema,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Exchange } from "./exchanges/exchange.ts";
import type { OnSettled, Settled } from "./exchanges/exchanges.ts";
import { declineReasonOf, isApproval, toMoveResponse, toProviderCard } from "./mapping.ts";
import { type AuthorizationFacts, declined, toldOfAuthorization } from "./records/authorization.ts";
import { type CardFacts, toldOfCard } from "./records/card.ts";
import { type Details, detailsOf } from "./records/details.ts";
import { findAuthorization, putAuthorization } from "./store/authorization-store.ts";
import { insertCard, updateCard } from "./store/card-store.ts";
import { findExchange } from "./store/exchange-store.ts";
import type { Vault } from "./store/vault.ts";

/** Digits of a card's number that name the issuer, and that may be shown. */
const BIN_LENGTH = 8;
const SHOWN_LENGTH = 4;
/** Field 39: do not honour. */
const DO_NOT_HONOUR = "05";

/** Makes it. */
export function createSettlement(vault: Vault): OnSettled {
  return async (transaction, exchange, pan) => {
    const details = detailsOf(exchange);
    switch (details.purpose) {
      case "provide_card":
      case "renew_card":
        return settleNewCard(transaction, vault, exchange, details, pan);
      case "change_card":
        return settleChangedCard(transaction, exchange, details);
      case "check_pin":
        return settleCheckedPin(exchange);
      case "authorize":
        return settleAuthorize(transaction, exchange, details);
      case "move":
        return settleMove(transaction, exchange, details.authorization);
      case "reverse_lost":
        return settleReverseLost(transaction, exchange);
      default:
        return details satisfies never;
    }
  };
}

async function settleNewCard(
  transaction: Transaction,
  vault: Vault,
  exchange: Exchange,
  details: Extract<Details, { purpose: "provide_card" | "renew_card" }>,
  pan: string | undefined,
): Promise<Settled> {
  const told = toldOfCard(exchange.answer ?? {});
  if (exchange.responseCode !== "00" || told === undefined || pan === undefined) {
    return { kind: "refused" };
  }
  const { replacedVersion, ...own } = told;
  if (details.purpose === "renew_card") {
    const closed = { state: "C", closeReason: details.closeReason, version: replacedVersion ?? 0 };
    await updateCard(transaction, exchange.tenantId, details.card.replaces ?? "", (before) => ({
      ...before,
      ...closed,
    }));
  }
  const numbers = { bin: pan.slice(0, BIN_LENGTH), lastFour: pan.slice(-SHOWN_LENGTH) };
  const facts: CardFacts = { ...details.card, ...own, ...numbers };
  await insertCard(transaction, vault, { tenantId: exchange.tenantId, id: details.id, pan, facts });
  return doneWithCard(details.id, facts);
}

async function settleChangedCard(
  transaction: Transaction,
  exchange: Exchange,
  details: Extract<Details, { purpose: "change_card" }>,
): Promise<Settled> {
  const told = toldOfCard(exchange.answer ?? {});
  if (exchange.responseCode !== "00" || told === undefined) {
    return { kind: "refused" };
  }
  const { state, closeReason, version, hasPin } = told;
  const facts = await updateCard(transaction, exchange.tenantId, details.id, (before) => ({
    ...before,
    state,
    closeReason,
    version,
    hasPin,
    ...(details.controls === undefined ? {} : { controls: details.controls }),
  }));
  return facts === undefined ? { kind: "refused" } : doneWithCard(details.id, facts);
}

/** Field 39 of a PIN that was looked at: right, wrong, too many wrong ones before. */
const PIN_OUTCOMES: readonly string[] = ["00", "55", "75"];

async function settleCheckedPin({ responseCode }: Exchange): Promise<Settled> {
  if (responseCode === null || !PIN_OUTCOMES.includes(responseCode)) {
    return { kind: "refused" };
  }
  const answer = create(CheckPinResponseSchema, { responseCode, declineReason: declineReasonOf(responseCode) });
  return { kind: "done", response: toBinary(CheckPinResponseSchema, answer) };
}

async function settleAuthorize(
  transaction: Transaction,
  exchange: Exchange,
  details: Extract<Details, { purpose: "authorize" }>,
): Promise<Settled> {
  const { tenantId, id, mti, stan, transmitted, answer, state, responseCode } = exchange;
  const { card, currency, requested } = details;
  const original = { mti, stan, transmitted };
  const told = toldOfAuthorization(answer ?? {});
  const approvalCode = answer?.[38]?.trim() ?? "";
  const isApproved = state === "answered" && isApproval(responseCode) && told !== undefined;
  const facts: AuthorizationFacts = isApproved
    ? { card, currency, original, approvalCode, ...told }
    : declined({ card, currency, requested, original });
  await putAuthorization(transaction, tenantId, id, facts);
  if (isApproved) {
    await closeUsed(transaction, tenantId, card);
  }
  // What was reversed because no answer came is as good as declined, whatever the host had answered.
  return doneWithMove(state === "reversed" ? DO_NOT_HONOUR : (responseCode ?? DO_NOT_HONOUR), id, facts);
}

async function settleMove(transaction: Transaction, exchange: Exchange, authorization: string): Promise<Settled> {
  const { tenantId, answer, state, responseCode } = exchange;
  const before = await findAuthorization(transaction, tenantId, authorization, "update");
  if (before === undefined) {
    throw new Error(`the authorization ${authorization} is gone`);
  }
  const told = toldOfAuthorization(answer ?? {});
  const facts = told === undefined ? before : { ...before, ...told };
  await putAuthorization(transaction, tenantId, authorization, facts);
  return doneWithMove(state === "reversed" ? DO_NOT_HONOUR : (responseCode ?? DO_NOT_HONOUR), authorization, facts);
}

/** The reversal of what was not answered: the host tells where the authorization stands now, if it has it. */
async function settleReverseLost(transaction: Transaction, exchange: Exchange): Promise<Settled> {
  const { tenantId, reversesId, answer } = exchange;
  const lost = await findExchange(transaction, tenantId, reversesId ?? "");
  const told = toldOfAuthorization(answer ?? {});
  if (lost !== undefined && told !== undefined) {
    const details = detailsOf(lost);
    if (details.purpose === "move") {
      const before = await findAuthorization(transaction, tenantId, details.authorization, "update");
      if (before !== undefined) {
        await putAuthorization(transaction, tenantId, details.authorization, { ...before, ...told });
      }
    } else if (details.purpose === "authorize") {
      await closeUsed(transaction, tenantId, details.card);
    }
  }
  return { kind: "done", response: new Uint8Array() };
}

/** A single-use card that was approved once is closed; the host closed it in the same step. */
async function closeUsed(transaction: Transaction, tenantId: string, card: string): Promise<void> {
  await updateCard(transaction, tenantId, card, (before) =>
    before.form === CardForm.SINGLE_USE && before.state !== "C"
      ? { ...before, state: "C", closeReason: CardCloseReason.USED, version: before.version + 1 }
      : before,
  );
}

function doneWithCard(id: string, facts: CardFacts): Settled {
  return { kind: "done", response: toBinary(ProviderCardSchema, toProviderCard(id, facts)) };
}

function doneWithMove(code: string, id: string, facts: AuthorizationFacts): Settled {
  return { kind: "done", response: toBinary(MoveResponseSchema, toMoveResponse(code, { id, facts })) };
}
