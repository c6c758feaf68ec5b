/** PINs: set by a file update, checked by a request for nothing (field 3: 330000). The host alone can read a block. */
import { fromBinary } from "@bufbuild/protobuf";
import type { PinBlock } from "#gen/malla/cards/v1/card_pb.js";
import {
  AssignPinRequestSchema,
  CheckPinRequestSchema,
  CheckPinResponseSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { cardOf, type Iso8583Deps, once, type ProviderHandlers, pinRefused } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import { CARD_FILE, FILE_UPDATES } from "../link/card-file.ts";
import { packAmount } from "../link/original.ts";
import { packPrivateData } from "../link/private-data.ts";
import { currencyNumber } from "../records/currency.ts";
import { packPinBlock } from "../records/pin-block.ts";
import { findCard } from "../store/card-store.ts";

/** Field 3: nothing but whether the PIN is right. */
const PIN_CHECK = "330000";

/** Gives a card a PIN. */
export function assignPin(deps: Iso8583Deps): ProviderHandlers["assignPin"] {
  return async (request, context) => {
    const call = callOf(context);
    const exchange = await once(deps, call, "assign_pin", AssignPinRequestSchema, request, async (transaction) => {
      if ((await findCard(transaction, call.tenant, request.card)) === undefined) {
        throw cardsRefused("CARD_NOT_FOUND");
      }
      const { pinBlock, data } = packed(request.pinBlock);
      return {
        kind: "host",
        mti: "0302",
        onLoss: "repeat",
        whenDown: "refuse",
        cardId: request.card,
        pinBlock,
        fields: { 48: packPrivateData(data), 91: FILE_UPDATES.change, 101: CARD_FILE },
        details: { purpose: "change_card", id: request.card },
      };
    });
    return cardOf(exchange);
  };
}

/** Says whether a PIN is the card's. */
export function checkPin(deps: Iso8583Deps): ProviderHandlers["checkPin"] {
  return async (request, context) => {
    const call = callOf(context);
    const exchange = await once(deps, call, "check_pin", CheckPinRequestSchema, request, async (transaction) => {
      const card = await findCard(transaction, call.tenant, request.card);
      if (card === undefined) {
        throw cardsRefused("CARD_NOT_FOUND");
      }
      const { pinBlock, data } = packed(request.pinBlock);
      return {
        kind: "host",
        mti: "0100",
        // Its repeat costs no other try; there is nothing to reverse.
        onLoss: "repeat",
        whenDown: "refuse",
        cardId: request.card,
        pinBlock,
        fields: {
          3: PIN_CHECK,
          4: packAmount(0n),
          32: deps.institution,
          48: packPrivateData(data),
          49: currencyNumber(card.currency),
        },
        details: { purpose: "check_pin" },
      };
    });
    if (exchange.response !== null) {
      return fromBinary(CheckPinResponseSchema, exchange.response);
    }
    throw exchange.state === "answered" ? pinRefused(exchange) : cardsRefused("OUTCOME_UNKNOWN");
  };
}

function packed(block: PinBlock | undefined) {
  const sent = block === undefined ? undefined : packPinBlock(block);
  if (sent === undefined) {
    throw cardsRefused("PIN_BLOCK_INVALID");
  }
  return sent;
}
