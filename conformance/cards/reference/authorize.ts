/** How the reference vendor decides on a use of a card. */
import { randomInt, randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type AuthorizationTerms, AuthorizationState as State } from "#gen/malla/cards/v1/authorization_pb.js";
import { Card_State, CardCloseReason, CardForm } from "#gen/malla/cards/v1/card_pb.js";
import {
  type AuthorizeRequest,
  type MoveResponse,
  type ProviderAuthorization,
  ProviderAuthorizationSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { type Books, type KeptCard, minorOf, money } from "./books.ts";
import type { Code } from "./codes.ts";
import { answer, fundOf } from "./moves.ts";
import { checkPin } from "./pins.ts";

const DAY_MS = 86_400_000;
const DEFAULT_HOLD_SECONDS = 7 * 86_400;

/** Decides, and keeps what it decided. */
export function authorize(books: Books, request: AuthorizeRequest): MoveResponse {
  const { terms, requestId, instrument } = request;
  if (terms === undefined) {
    throw new Error("an authorization without terms passed validation");
  }
  const kept = (instrument.case === "token" ? books.tokens : books.cards).get(instrument.value ?? "");
  const asked = minorOf(terms.amount);
  const available = kept === undefined ? 0n : fundOf(books, { keptCard: kept }).minor;
  let code: Code = books.reversedUnseen.has(requestId) ? "05" : refusalOf(books, kept, terms);
  if (code === "00" && asked > available) {
    code = terms.partialApprovalAllowed && available > 0n ? "10" : "51";
  }
  const approved = code === "00" ? asked : code === "10" ? available : 0n;
  if (kept !== undefined && approved > 0n) {
    fundOf(books, { keptCard: kept }).minor -= approved;
    useUp(kept);
  }
  return keep(books, kept, terms, requestId, code, approved);
}

function keep(
  books: Books,
  keptCard: KeptCard | undefined,
  terms: AuthorizationTerms,
  requestId: string,
  code: Code,
  approved: bigint,
): MoveResponse {
  const atMs = Date.now();
  const expireMs = atMs + (terms.holdSeconds || DEFAULT_HOLD_SECONDS) * 1_000;
  const currency = keptCard?.card.currencyCode ?? terms.amount?.currencyCode ?? "";
  const zero = money(currency, 0n);
  const state = approved === 0n ? State.DECLINED : terms.isSingleMessage ? State.CLEARED : State.APPROVED;
  const authorization: ProviderAuthorization = create(ProviderAuthorizationSchema, {
    authorization: `auth_${randomUUID()}`,
    requestId,
    card: keptCard?.card.card ?? "",
    state,
    requestedAmount: money(terms.amount?.currencyCode ?? "", minorOf(terms.amount)),
    approvedAmount: money(currency, approved),
    heldAmount: state === State.APPROVED ? money(currency, approved) : zero,
    reversedAmount: zero,
    clearedAmount: state === State.CLEARED ? money(currency, approved) : zero,
    refundedAmount: zero,
    disputedAmount: zero,
    chargedBackAmount: zero,
    approvalCode: approved > 0n ? String(randomInt(1_000_000)).padStart(6, "0") : "",
    expireTime: timestampFromMs(expireMs),
    version: 1n,
  });
  books.authorizations.set(authorization.authorization, { authorization, keptCard, atMs, expireMs });
  return answer(code, authorization);
}

/** A single-use card is closed by its first approved authorization. */
function useUp(kept: KeptCard): void {
  if (kept.card.form === CardForm.SINGLE_USE) {
    kept.card = {
      ...kept.card,
      state: Card_State.CLOSED,
      closeReason: CardCloseReason.USED,
      version: kept.card.version + 1n,
    };
  }
}

/** Why it is declined whatever the funds; "00" where nothing stands against it. In the order checked. */
function refusalOf(books: Books, kept: KeptCard | undefined, terms: AuthorizationTerms): Code {
  if (kept === undefined) {
    return "14";
  }
  const { card } = kept;
  const byState = codeOfState(card.state, card.closeReason);
  if (byState !== "00") {
    return byState;
  }
  if (new Date(Date.UTC(card.expiryYear, card.expiryMonth)) <= new Date()) {
    return "54";
  }
  if (terms.amount?.currencyCode !== card.currencyCode) {
    return "57";
  }
  if (minorOf(terms.amount) <= 0n) {
    return "13";
  }
  if (terms.pinBlock !== undefined) {
    const code = checkPin(kept, terms.pinBlock);
    if (code !== "00") {
      return code;
    }
  }
  return refusalByControls(books, kept, terms);
}

/** What a card's state declines everything with. */
function codeOfState(state: Card_State, reason: CardCloseReason): Code {
  switch (state) {
    case Card_State.ACTIVE:
      return "00";
    case Card_State.INACTIVE:
      return "78";
    case Card_State.FROZEN:
      return "62";
    default:
      return reason === CardCloseReason.STOLEN ? "43" : "41";
  }
}

function refusalByControls(books: Books, kept: KeptCard, terms: AuthorizationTerms): Code {
  const { controls } = kept.card;
  const { category = "", countryCode = "" } = terms.merchant ?? {};
  if (controls === undefined) {
    return "00";
  }
  const allows = <T>(list: readonly T[], one: T) => list.length === 0 || list.includes(one);
  if (
    !allows(controls.allowedMerchantCategories, category) ||
    controls.deniedMerchantCategories.includes(category) ||
    !allows(controls.allowedCountries, countryCode) ||
    !allows(controls.allowedChannels, terms.channel)
  ) {
    return "57";
  }
  const asked = minorOf(terms.amount);
  const since = Date.now() - DAY_MS;
  const today = [...books.authorizations.values()].filter(
    ({ keptCard, atMs, authorization }) =>
      keptCard === kept &&
      atMs > since &&
      authorization.state !== State.DECLINED &&
      authorization.state !== State.REVERSED,
  );
  const spent = today.reduce(
    (sum, { authorization }) => sum + minorOf(authorization.approvedAmount) - minorOf(authorization.reversedAmount),
    0n,
  );
  if (controls.transactionLimit !== undefined && asked > controls.transactionLimit.minorUnits) {
    return "61";
  }
  if (controls.dailyLimit !== undefined && spent + asked > controls.dailyLimit.minorUnits) {
    return "61";
  }
  return controls.dailyCountLimit > 0 && today.length >= controls.dailyCountLimit ? "65" : "00";
}
