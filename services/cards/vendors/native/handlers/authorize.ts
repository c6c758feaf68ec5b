import type { AuthorizationTerms } from "#gen/malla/cards/v1/authorization_pb.js";
import { type AuthorizeRequest, CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { NO_AMOUNTS } from "../domain/authorization.ts";
import { codeOfCard } from "../domain/card.ts";
import type { ResponseCode } from "../domain/codes.ts";
import { codeOfControls } from "../domain/controls.ts";
import { approvedPosition, type Plan } from "../domain/plan.ts";
import { carryOut, type Decided, fingerprintOf } from "../engine/carry-out.ts";
import { ledgerTimeout } from "../engine/move-authorization.ts";
import { toAnswer, toPinBlock } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { type Authorization, insertAuthorization, isUsed, spentSince } from "../store/authorization-store.ts";
import { findCard, findCardOfToken, type KeptCard } from "../store/card-store.ts";
import { isReversedUnseen } from "../store/move-store.ts";
import { tryPin } from "./try-pin.ts";

const DAY_MS = 86_400_000;
const DEFAULT_HOLD_SECONDS = 7 * 86_400;

/** Decides on a use of a card. The card stays locked while it is decided, so that limits hold when many come at once. */
export function authorize(deps: NativeDeps): NativeHandlers["authorize"] {
  return (request, context) => {
    const call = callOf(context);
    const { requestId, terms } = request;
    if (terms?.amount === undefined) {
      throw new Error("an authorization without an amount passed validation");
    }
    const asked = { ...terms, amount: terms.amount };
    return carryOut(deps, call, {
      requestId,
      fingerprint: fingerprintOf(CardsProviderService.method.authorize, request),
      decide: (transaction) => decide(deps, transaction, call, request, asked),
    });
  };
}

type Asked = AuthorizationTerms & { readonly amount: NonNullable<AuthorizationTerms["amount"]> };

async function decide(
  deps: NativeDeps,
  transaction: Transaction,
  call: Call,
  { requestId, instrument }: AuthorizeRequest,
  terms: Asked,
): Promise<Decided> {
  const { value = "" } = instrument;
  const card = await (instrument.case === "token"
    ? findCardOfToken(transaction, value)
    : findCard(transaction, value, "update"));
  const code = (await isReversedUnseen(transaction, requestId))
    ? "05"
    : await codeOf(deps, transaction, call, card, terms);
  const authorization = toAuthorization(deps, requestId, card, terms, code);
  await insertAuthorization(transaction, call.tenant, authorization);
  const { id: authorizationId } = authorization;
  if (code !== "00") {
    return { kind: "answered", authorizationId, answer: toAnswer(code, authorization) };
  }
  const amount = terms.amount.minorUnits;
  const plan: Plan = {
    movements: [{ kind: terms.isSingleMessage ? "take" : "hold", amount, atMost: terms.partialApprovalAllowed }],
    after: approvedPosition(amount, terms.isSingleMessage),
    isDecision: true,
    timeoutSeconds: ledgerTimeout(authorization, deps.now()),
  };
  return { kind: "planned", authorizationId, plan };
}

/** Why it is declined before the ledger is asked, in the order checked; "00" where it is not. */
async function codeOf(
  deps: NativeDeps,
  transaction: Transaction,
  call: Call,
  card: KeptCard | undefined,
  terms: Asked,
): Promise<ResponseCode> {
  if (card === undefined) {
    return "14";
  }
  const at = deps.now();
  const byCard = codeOfCard(card, at);
  if (byCard !== "00") {
    return byCard;
  }
  if (card.form === "single_use" && (await isUsed(transaction, card.id))) {
    return "41";
  }
  if (terms.amount.currencyCode !== card.currencyCode) {
    return "57";
  }
  if (terms.amount.minorUnits <= 0n) {
    return "13";
  }
  if (terms.pinBlock !== undefined) {
    const byPin = await tryPin(deps, transaction, call.tenant, card, toPinBlock(terms.pinBlock));
    if (byPin !== "00") {
      return byPin === "pin_key_unknown" || byPin === "pin_block_invalid" ? "81" : byPin;
    }
  }
  const use = {
    amount: terms.amount.minorUnits,
    category: terms.merchant?.category ?? "",
    countryCode: terms.merchant?.countryCode ?? "",
    channel: terms.channel,
  };
  const since = new Date(at.getTime() - DAY_MS);
  return codeOfControls(card.controls, use, await spentSince(transaction, card.id, since));
}

function toAuthorization(
  { newId, newApprovalCode, now }: NativeDeps,
  requestId: string,
  card: KeptCard | undefined,
  terms: Asked,
  code: ResponseCode,
): Authorization {
  const at = now();
  return {
    ...NO_AMOUNTS,
    id: newId(),
    requestId,
    cardId: card?.id ?? null,
    fundingAccount: card?.fundingAccount ?? null,
    currencyCode: card?.currencyCode ?? terms.amount.currencyCode,
    requestedCurrencyCode: terms.amount.currencyCode,
    requested: terms.amount.minorUnits,
    state: code === "00" ? "deciding" : "declined",
    hold: null,
    approvalCode: code === "00" ? newApprovalCode() : "",
    expireTime: new Date(at.getTime() + (terms.holdSeconds || DEFAULT_HOLD_SECONDS) * 1_000),
    createTime: at,
    version: 1n,
  };
}
