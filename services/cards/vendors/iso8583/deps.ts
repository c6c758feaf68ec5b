/** What the handlers of the vendor share. */
import type { DescMessage, Message, MessageShape } from "@bufbuild/protobuf";
import { fromBinary } from "@bufbuild/protobuf";
import type { ConnectError, ServiceImpl } from "@connectrpc/connect";
import {
  type CardsProviderService,
  type MoveResponse,
  MoveResponseSchema,
  type ProviderCard,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { fingerprint } from "#platform/idempotency/idempotent.ts";
import type { Call } from "#platform/rpc/call.ts";
import { cardsRefused } from "./errors.ts";
import type { Exchange } from "./exchanges/exchange.ts";
import { type ExchangesDeps, exchangeOnce, type Plan } from "./exchanges/exchanges.ts";
import { readPrivateData } from "./records/card.ts";

/** What handlers work with. */
export interface Iso8583Deps extends ExchangesDeps {
  /** Field 32 of what is sent: who we are to the host. */
  readonly institution: string;
}

/** The handlers of the contract. */
export type ProviderHandlers = ServiceImpl<typeof CardsProviderService>;

/** Does a caller's request once, by its request_id. */
export function once<Desc extends DescMessage>(
  deps: Iso8583Deps,
  call: Call,
  purpose: string,
  desc: Desc,
  request: MessageShape<Desc> & Message & { readonly requestId: string },
  makePlan: (transaction: Transaction) => Promise<Plan>,
): Promise<Exchange> {
  const asked = { id: request.requestId.toLowerCase(), purpose, fingerprint: fingerprint(desc, request) };
  return exchangeOnce(deps, call, asked, makePlan);
}

/** The card that an exchange about a card left; throws what it was refused for, or that nothing is known yet. */
export function cardOf(exchange: Exchange): ProviderCard {
  if (exchange.response !== null) {
    return fromBinary(ProviderCardSchema, exchange.response);
  }
  if (exchange.state !== "answered") {
    throw cardsRefused("OUTCOME_UNKNOWN");
  }
  switch (exchange.responseCode) {
    case "81":
      throw pinRefused(exchange);
    case "12":
    case "41":
    case "43":
      throw cardsRefused("CARD_STATE_NOT_ALLOWED");
    case "25":
      throw cardsRefused("CARD_NOT_FOUND");
    case "52":
      throw cardsRefused("FUNDING_ACCOUNT_NOT_FOUND");
    case "57":
      throw cardsRefused("CURRENCY_MISMATCH");
    default:
      throw new Error(`the card host answered ${exchange.responseCode} to ${exchange.mti} ${exchange.rrn}`);
  }
}

/** Why a PIN could not be looked at, as the host tells it. */
export function pinRefused({ answer }: Exchange): ConnectError {
  switch (readPrivateData(answer?.[120])["PE"]) {
    case "K":
      return cardsRefused("PIN_KEY_UNKNOWN");
    case "N":
      return cardsRefused("PIN_NOT_SET");
    default:
      return cardsRefused("PIN_BLOCK_INVALID");
  }
}

/** What became of a move; throws that nothing is known yet. */
export function moveOf(exchange: Exchange): MoveResponse {
  if (exchange.response === null) {
    throw cardsRefused("OUTCOME_UNKNOWN");
  }
  return fromBinary(MoveResponseSchema, exchange.response);
}
