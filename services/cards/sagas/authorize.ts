/** Asks for the use of a card. Where no usable answer comes in time the merchant hears no ("91"), and it is unknown. */
import { clone, fromBinary } from "@bufbuild/protobuf";
import {
  type Authorization as AuthorizationMessage,
  AuthorizationSchema,
  DeclineReason,
} from "#gen/malla/cards/v1/authorization_pb.js";
import {
  type AuthorizeTransactionRequest,
  AuthorizeTransactionRequestSchema,
  CardsService,
} from "#gen/malla/cards/v1/cards_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Call } from "#platform/rpc/call.ts";
import { NOTHING } from "../domain/authorization.ts";
import { cardsRefused } from "../errors.ts";
import { fromAuthorization, idOf, toMerchant } from "../mapping.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { checkMove } from "../peers/check-answer.ts";
import type { CardsDeps } from "../service.ts";
import {
  type Authorization,
  deleteAuthorization,
  findAuthorization,
  insertAuthorization,
} from "../store/authorization-store.ts";
import { deleteRequest } from "../store/request-store.ts";
import { findBefore, writeDown } from "./begin-request.ts";
import { type IssuedCard, requireIssued } from "./change-card.ts";
import { endMove, leaveUnknown } from "./end-move.ts";

const method = CardsService.method.authorizeTransaction;

/** Carries it out. */
export async function authorize(
  deps: CardsDeps,
  call: Call,
  request: AuthorizeTransactionRequest,
): Promise<AuthorizationMessage> {
  const { terms, requestId, token } = request;
  if (terms?.amount === undefined || terms.amount.minorUnits <= 0n) {
    throw cardsRefused("amount_must_be_positive");
  }
  const begun = await deps.database.tenant(call, (transaction) => begin(deps, transaction, call, request));
  if (begun.kind === "answered") {
    return begun.message;
  }
  const { card, known, isNew } = begun;
  const outcome = await askVendor(
    () =>
      deps.vendors.at(card.vendor, vendorCall(call, deps.vendorTimeoutMs)).authorize({
        instrument: token === "" ? { case: "card", value: card.vendorCard } : { case: "token", value: token },
        terms,
        requestId,
      }),
    (said) => {
      checkMove(said, known, card.vendorCard);
      if (said.authorization === undefined) {
        throw new Error("an authorization was answered without itself");
      }
    },
  );
  switch (outcome.kind) {
    case "answered":
      return endMove(deps, call, requestId, outcome.answer);
    case "refused":
      await deps.database.tenant(call, async (transaction) => {
        await deleteRequest(transaction, requestId);
        await deleteAuthorization(transaction, known.id);
      });
      throw outcome.error;
    case "unknown":
      deps.log.warn({ err: outcome.error, tenant: call.tenant, authorization: known.id }, "no usable answer in time");
      return leaveUnknown(deps, call, known.id, isNew);
  }
}

type Begun =
  | { readonly kind: "answered"; readonly message: AuthorizationMessage }
  | { readonly kind: "begun"; readonly card: IssuedCard; readonly known: Authorization; readonly isNew: boolean };

async function begin(
  deps: CardsDeps,
  transaction: Transaction,
  call: Call,
  request: AuthorizeTransactionRequest,
): Promise<Begun> {
  const before = await findBefore(transaction, call, { method, request });
  if (before?.response != null) {
    return { kind: "answered", message: fromBinary(AuthorizationSchema, before.response) };
  }
  const known = await findAuthorization(transaction, before?.authorizationId ?? "");
  if (known !== undefined && before?.state !== "open") {
    // It was given back meanwhile: whoever asks again hears that, and nothing is asked for anew.
    return { kind: "answered", message: fromAuthorization(known) };
  }
  const card = await requireIssued(transaction, idOf(request.card), "use");
  if (known !== undefined) {
    return { kind: "begun", card, known, isNew: false };
  }
  const made = toAuthorization(deps, card, request);
  await insertAuthorization(transaction, call.tenant, made);
  const kept = clone(AuthorizeTransactionRequestSchema, request);
  delete kept.terms?.pinBlock;
  await writeDown(deps, transaction, call, { method, request }, { cardId: card.id, authorizationId: made.id, kept });
  return { kind: "begun", card, known: made, isNew: true };
}

function toAuthorization(
  { newId, now }: CardsDeps,
  card: IssuedCard,
  { terms, requestId }: AuthorizeTransactionRequest,
): Authorization {
  const at = now();
  return {
    ...NOTHING,
    id: newId(),
    requestId,
    cardId: card.id,
    vendor: card.vendor,
    vendorAuthorization: null,
    currencyCode: card.currencyCode,
    requestedCurrencyCode: terms?.amount?.currencyCode ?? card.currencyCode,
    requested: terms?.amount?.minorUnits ?? 0n,
    state: "unknown",
    responseCode: "91",
    declineReason: DeclineReason.ISSUER_UNAVAILABLE,
    approvalCode: "",
    merchant: toMerchant(terms?.merchant),
    expireTime: null,
    version: 0n,
    createTime: at,
    updateTime: at,
  };
}
