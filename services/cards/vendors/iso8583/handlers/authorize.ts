/** A use of a card: 0100, or 0200 where it is taken in one message. */
import { toBinary } from "@bufbuild/protobuf";
import anyAscii from "any-ascii";
import type { AuthorizationTerms } from "#gen/malla/cards/v1/authorization_pb.js";
import { AuthorizeRequestSchema, MoveResponseSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { callOf } from "#platform/rpc/call.ts";
import { type Iso8583Deps, moveOf, once, type ProviderHandlers } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import type { Plan } from "../exchanges/exchanges.ts";
import type { IsoMessage } from "../link/codec.ts";
import { MAX_AMOUNT_MINOR, packAmount } from "../link/original.ts";
import { fieldsOfChannel, packNameAndPlace } from "../link/point-of-service.ts";
import { type PrivateData, packPrivateData } from "../link/private-data.ts";
import { toMoveResponse } from "../mapping.ts";
import { declined } from "../records/authorization.ts";
import { currencyNumber } from "../records/currency.ts";
import { packPinBlock } from "../records/pin-block.ts";
import { putAuthorization, wasReversed } from "../store/authorization-store.ts";
import { findCard } from "../store/card-store.ts";
import { cardOfToken } from "../store/token-store.ts";
import { CHANNELS } from "./cards.ts";

/** How long an amount is held where the request does not say, in seconds: 7 days. */
const HOLD_SECONDS = 604_800;
/** Characters of field 42. */
const MERCHANT_ID_LENGTH = 15;

/** Decides on a use of a card. */
export function authorize(deps: Iso8583Deps): ProviderHandlers["authorize"] {
  return async (request, context) => {
    const call = callOf(context);
    const { instrument, requestId } = request;
    const terms = required(request.terms);
    const amount = positive(terms.amount);
    const id = requestId.toLowerCase();
    const makePlan = async (transaction: Transaction): Promise<Plan> => {
      const reference =
        instrument.case === "token" ? await cardOfToken(transaction, call.tenant, instrument.value) : instrument.value;
      const card = reference === undefined ? undefined : await findCard(transaction, call.tenant, reference);
      const pin = terms.pinBlock === undefined ? undefined : packPinBlock(terms.pinBlock);
      const asked = {
        card: card === undefined || reference === undefined ? "" : reference,
        currency: amount.currencyCode,
        requested: String(amount.minorUnits),
      };
      const refusal = (await wasReversed(transaction, call.tenant, id))
        ? "05"
        : card === undefined
          ? "14"
          : amount.minorUnits > MAX_AMOUNT_MINOR
            ? "13"
            : terms.pinBlock !== undefined && pin === undefined
              ? "81"
              : undefined;
      if (refusal !== undefined || card === undefined) {
        const facts = declined(asked);
        await putAuthorization(transaction, call.tenant, id, facts);
        return {
          kind: "local",
          response: toBinary(MoveResponseSchema, toMoveResponse(refusal ?? "14", { id, facts })),
        };
      }
      return {
        kind: "host",
        mti: terms.isSingleMessage ? "0200" : "0100",
        onLoss: "reverse",
        whenDown: "refuse",
        cardId: asked.card,
        ...(pin === undefined ? {} : { pinBlock: pin.pinBlock }),
        fields: { ...fieldsOf(terms, amount, deps, pin?.data), 14: card.expiry },
        details: { purpose: "authorize", ...asked },
      };
    };
    return moveOf(await once(deps, call, "authorize", AuthorizeRequestSchema, request, makePlan));
  };
}

function fieldsOf(
  terms: AuthorizationTerms,
  amount: Money,
  { institution, clock }: Iso8583Deps,
  pin: PrivateData = {},
): IsoMessage["fields"] {
  const merchant = required(terms.merchant);
  const local = clock().toISOString();
  return {
    ...fieldsOfChannel(CHANNELS[terms.channel]),
    4: packAmount(amount.minorUnits),
    12: local.slice(11, 19).replaceAll(":", ""),
    13: local.slice(5, 10).replace("-", ""),
    18: merchant.category,
    25: "00",
    32: institution,
    42: printable(merchant.merchantId).slice(0, MERCHANT_ID_LENGTH).padEnd(MERCHANT_ID_LENGTH),
    43: packNameAndPlace(printable(merchant.name), merchant.countryCode),
    48: packPrivateData({
      PA: terms.partialApprovalAllowed ? "1" : undefined,
      ...pin,
      HS: String(terms.holdSeconds === 0 ? HOLD_SECONDS : terms.holdSeconds),
    }),
    49: currencyNumber(amount.currencyCode),
  };
}

/** Names in ASCII, as the link carries no other letters; control characters are left out. */
function printable(text: string): string {
  return anyAscii(text).replaceAll(/[^\x20-\x7e]/g, "");
}

/** An amount above 0. */
export function positive(amount: Money | undefined): Money {
  const given = required(amount);
  if (given.minorUnits <= 0n) {
    throw cardsRefused("AMOUNT_MUST_BE_POSITIVE");
  }
  return given;
}

/** What the contract's rules have checked to be there. */
function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw meshError("VALIDATION_FAILED");
  }
  return value;
}
