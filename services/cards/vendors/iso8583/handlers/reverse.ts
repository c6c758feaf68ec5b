/** Reversals that the caller asks for: 0400, of what was approved; remembered, of what has not come. */
import { toBinary } from "@bufbuild/protobuf";
import { MoveResponseSchema, ReverseRequestSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { type Iso8583Deps, moveOf, once, type ProviderHandlers } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import type { Plan } from "../exchanges/exchanges.ts";
import { packAmount, packOriginal, packReplacement } from "../link/original.ts";
import { packPrivateData } from "../link/private-data.ts";
import { toMoveResponse } from "../mapping.ts";
import { asOf } from "../records/authorization.ts";
import { currencyNumber } from "../records/currency.ts";
import { findAuthorization, lockRequest, rememberReversed } from "../store/authorization-store.ts";
import { findExchange } from "../store/exchange-store.ts";
import { positive } from "./authorize.ts";
import { declineLocally } from "./moves.ts";

/** Gives back what is held, whole or in part. */
export function reverse(deps: Iso8583Deps): ProviderHandlers["reverse"] {
  return async (request, context) => {
    const call = callOf(context);
    const part = request.amount === undefined ? undefined : positive(request.amount);
    const id = request.authorizeRequestId.toLowerCase();
    const exchange = await once(deps, call, "reverse", ReverseRequestSchema, request, async (transaction) => {
      const refused = await planForUnanswered(transaction, call, id, part === undefined);
      if (refused !== undefined) {
        return refused;
      }
      const stored = await findAuthorization(transaction, call.tenant, id);
      if (stored === undefined) {
        throw cardsRefused("AUTHORIZATION_NOT_FOUND");
      }
      const facts = asOf(stored, deps.clock());
      if (facts.original === undefined || facts.state === "D") {
        return declineLocally("12", id, facts);
      }
      if (part !== undefined && part.currencyCode !== facts.currency) {
        return declineLocally("57", id, facts);
      }
      const held = BigInt(facts.held);
      const left = part === undefined || part.minorUnits > held ? 0n : held - part.minorUnits;
      return {
        kind: "host",
        mti: "0400",
        onLoss: "repeat",
        whenDown: "keep",
        cardId: facts.card,
        fields: {
          3: "000000",
          4: packAmount(BigInt(facts.requested)),
          32: deps.institution,
          48: packPrivateData({ RA: part?.minorUnits.toString() }),
          49: currencyNumber(facts.currency),
          90: packOriginal(facts.original),
          95: packReplacement(left),
        },
        details: { purpose: "move", authorization: id },
      };
    });
    return moveOf(exchange);
  };
}

/** What is to be done where the authorization has no answer of the host: undefined where it has one. */
async function planForUnanswered(
  transaction: Transaction,
  call: Call,
  id: string,
  isWhole: boolean,
): Promise<Plan | undefined> {
  await lockRequest(transaction, call.tenant, id);
  const asked = await findExchange(transaction, call.tenant, id);
  if (asked === undefined || asked.purpose !== "authorize") {
    if (!isWhole || asked !== undefined) {
      throw cardsRefused("AUTHORIZATION_NOT_FOUND");
    }
    await rememberReversed(transaction, call.tenant, id);
    return { kind: "local", response: toBinary(MoveResponseSchema, toMoveResponse("00", undefined)) };
  }
  switch (asked.state) {
    case "sending":
      throw meshError("REQUEST_IN_PROGRESS");
    case "queued":
    case "lost":
      // Its reversal is on its way already.
      throw cardsRefused("OUTCOME_UNKNOWN");
    case "reversed": {
      const facts = await findAuthorization(transaction, call.tenant, id);
      return {
        kind: "local",
        response: toBinary(MoveResponseSchema, toMoveResponse("00", facts === undefined ? undefined : { id, facts })),
      };
    }
    case "answered":
      return undefined;
    default:
      return asked.state satisfies never;
  }
}
