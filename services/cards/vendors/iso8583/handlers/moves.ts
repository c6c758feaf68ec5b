/** What follows an authorization: increments (0100), reversals (0400), clearings and refunds (0220), chargebacks (0422). */
import { type DescMessage, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { ChargebackOutcome } from "#gen/malla/cards/v1/authorization_pb.js";
import {
  ClearRequestSchema,
  DisputeRequestSchema,
  IncrementRequestSchema,
  type MoveResponse,
  MoveResponseSchema,
  RefundRequestSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { type Iso8583Deps, moveOf, once, type ProviderHandlers } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import type { Plan } from "../exchanges/exchanges.ts";
import type { IsoMessage } from "../link/codec.ts";
import { MAX_AMOUNT_MINOR, packAmount, packOriginal } from "../link/original.ts";
import { packPrivateData } from "../link/private-data.ts";
import { toMoveResponse, toProviderAuthorization } from "../mapping.ts";
import { type AuthorizationFacts, asOf } from "../records/authorization.ts";
import { currencyNumber } from "../records/currency.ts";
import { findAuthorization } from "../store/authorization-store.ts";
import { positive } from "./authorize.ts";

/** Field 3: purchase, refund. */
const PURCHASE = "000000";
const REFUND = "200000";

/** Reads an authorization. */
export function readAuthorization({ database, clock }: Iso8583Deps): ProviderHandlers["readAuthorization"] {
  return async ({ authorization }, context) => {
    const call = callOf(context);
    const facts = await database.tenant(call, (transaction) =>
      findAuthorization(transaction, call.tenant, authorization),
    );
    if (facts === undefined) {
      throw cardsRefused("AUTHORIZATION_NOT_FOUND");
    }
    return toProviderAuthorization(authorization, asOf(facts, clock()));
  };
}

/** Holds more. */
export function increment(deps: Iso8583Deps): ProviderHandlers["increment"] {
  return (request, context) => {
    const amount = positive(request.amount);
    return move(deps, context, "increment", IncrementRequestSchema, request, () => ({
      mti: "0100",
      onLoss: "reverse",
      whenDown: "refuse",
      fields: { 3: PURCHASE, ...amountFields(amount) },
    }));
  };
}

/** Takes money. */
export function clear(deps: Iso8583Deps): ProviderHandlers["clear"] {
  return (request, context) => {
    const amount = positive(request.amount);
    return move(deps, context, "clear", ClearRequestSchema, request, () => ({
      mti: "0220",
      onLoss: "repeat",
      whenDown: "keep",
      fields: {
        3: PURCHASE,
        ...amountFields(amount),
        48: packPrivateData({ FN: request.isFinal ? "1" : undefined }),
      },
    }));
  };
}

/** Gives back what was taken. */
export function refund(deps: Iso8583Deps): ProviderHandlers["refund"] {
  return (request, context) => {
    const amount = positive(request.amount);
    return move(deps, context, "refund", RefundRequestSchema, request, () => ({
      mti: "0220",
      onLoss: "repeat",
      whenDown: "keep",
      fields: { 3: REFUND, ...amountFields(amount) },
    }));
  };
}

/** Opens a chargeback, or ends it. */
export function dispute(deps: Iso8583Deps): ProviderHandlers["dispute"] {
  return (request, context) => {
    const { step } = request;
    const amount = step.case === "openAmount" ? positive(step.value) : undefined;
    const code = amount !== undefined ? "O" : step.value === ChargebackOutcome.WON ? "W" : "L";
    return move(deps, context, "dispute", DisputeRequestSchema, request, () => ({
      mti: "0422",
      onLoss: "repeat",
      whenDown: "keep",
      fields: {
        3: PURCHASE,
        ...(amount === undefined ? {} : amountFields(amount)),
        48: packPrivateData({ DS: code }),
      },
    }));
  };
}

/** A decline that needs no host: the authorization is left as it is. */
export function declineLocally(code: string, id: string, facts: AuthorizationFacts): Plan {
  return { kind: "local", response: toBinary(MoveResponseSchema, toMoveResponse(code, { id, facts })) };
}

/** Fields 4 and 49. */
function amountFields({ minorUnits, currencyCode }: Money): IsoMessage["fields"] {
  // More than the field can hold is more than any authorization has: the host declines it like what it is cut to.
  const sent = minorUnits > MAX_AMOUNT_MINOR ? MAX_AMOUNT_MINOR : minorUnits;
  return { 4: packAmount(sent), 49: currencyNumber(currencyCode) };
}

async function move<Desc extends DescMessage>(
  deps: Iso8583Deps,
  context: HandlerContext,
  purpose: string,
  desc: Desc,
  request: MessageShape<Desc> & Message & { readonly requestId: string; readonly authorization: string },
  ask: () => Pick<Extract<Plan, { kind: "host" }>, "mti" | "onLoss" | "whenDown" | "fields">,
): Promise<MoveResponse> {
  const call = callOf(context);
  const { authorization } = request;
  const exchange = await once(deps, call, purpose, desc, request, async (transaction): Promise<Plan> => {
    const stored = await findAuthorization(transaction, call.tenant, authorization);
    if (stored === undefined) {
      throw cardsRefused("AUTHORIZATION_NOT_FOUND");
    }
    const facts = asOf(stored, deps.clock());
    if (facts.state === "D" || facts.original === undefined) {
      return declineLocally("12", authorization, facts);
    }
    const asked = ask();
    const fields = { ...asked.fields, 32: deps.institution, 90: packOriginal(facts.original) };
    return { kind: "host", ...asked, fields, cardId: facts.card, details: { purpose: "move", authorization } };
  });
  return moveOf(exchange);
}
