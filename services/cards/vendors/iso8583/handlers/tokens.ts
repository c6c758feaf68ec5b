/** Tokens: kept here, as the host knows numbers only. */
import { randomInt } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { CardTokenSchema } from "#gen/malla/cards/v1/card_pb.js";
import { MakeTokenRequestSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { type Iso8583Deps, once, type ProviderHandlers } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import { findUsableCard } from "../store/card-store.ts";
import { insertToken } from "../store/token-store.ts";

/** Digits of a token's own number that are shown. */
const SHOWN_DIGITS = 4;

/** Makes a token for a wallet or a merchant. */
export function makeToken(deps: Iso8583Deps): ProviderHandlers["makeToken"] {
  return async (request, context) => {
    const call = callOf(context);
    const { card: cardId, requestor } = request;
    const exchange = await once(deps, call, "make_token", MakeTokenRequestSchema, request, async (transaction) => {
      await findUsableCard(transaction, call.tenant, cardId);
      const id = uuidv7();
      const lastFour = String(randomInt(10 ** SHOWN_DIGITS)).padStart(SHOWN_DIGITS, "0");
      await insertToken(transaction, { tenantId: call.tenant, id, cardId, requestor, lastFour });
      const token = create(CardTokenSchema, { token: id, requestor, lastFour });
      return { kind: "local", response: toBinary(CardTokenSchema, token) };
    });
    if (exchange.response === null) {
      throw cardsRefused("OUTCOME_UNKNOWN");
    }
    return fromBinary(CardTokenSchema, exchange.response);
  };
}
