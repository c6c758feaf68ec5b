/** What became of a request: never a guess, only what the host has answered. */
import { create, fromBinary } from "@bufbuild/protobuf";
import {
  MoveResponseSchema,
  Operation_State,
  OperationSchema,
  ProviderCardSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import type { Iso8583Deps, ProviderHandlers } from "../deps.ts";
import { findExchange } from "../store/exchange-store.ts";

/** Purposes whose answer is a card. */
const ABOUT_CARDS: readonly string[] = ["provide_card", "move_card", "renew_card", "set_controls", "assign_pin"];
/** Purposes whose answer is told once only: PINs, tokens and links. */
const NOT_TOLD_AGAIN: readonly string[] = ["check_pin", "make_token", "make_reveal_link"];

/** Looks a request up. */
export function lookupOperation({ database }: Iso8583Deps): ProviderHandlers["lookupOperation"] {
  return async ({ requestId }, context) => {
    const call = callOf(context);
    const exchange = await database.tenant(call, (transaction) =>
      findExchange(transaction, call.tenant, requestId.toLowerCase()),
    );
    if (exchange === undefined) {
      return create(OperationSchema, { requestId, state: Operation_State.NOT_SEEN });
    }
    if (exchange.response === null) {
      return create(OperationSchema, { requestId, state: Operation_State.IN_PROGRESS });
    }
    if (NOT_TOLD_AGAIN.includes(exchange.purpose)) {
      return create(OperationSchema, { requestId, state: Operation_State.DONE });
    }
    return create(OperationSchema, {
      requestId,
      state: Operation_State.DONE,
      answer: ABOUT_CARDS.includes(exchange.purpose)
        ? { case: "card", value: fromBinary(ProviderCardSchema, exchange.response) }
        : { case: "move", value: fromBinary(MoveResponseSchema, exchange.response) },
    });
  };
}
