/** How this vendor refuses: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { CardsErrorReason } from "#gen/malla/cards/v1/cards_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

const REFUSALS = {
  CARD_NOT_FOUND: [Code.NotFound, "no such card"],
  AUTHORIZATION_NOT_FOUND: [Code.NotFound, "no such authorization"],
  FUNDING_ACCOUNT_NOT_FOUND: [Code.FailedPrecondition, "the card host has no such account"],
  CURRENCY_MISMATCH: [Code.FailedPrecondition, "the currency is not the card's or the funding account's"],
  CARD_STATE_NOT_ALLOWED: [Code.FailedPrecondition, "the card's state does not allow it"],
  PIN_KEY_UNKNOWN: [Code.InvalidArgument, "the card host has no such zone key"],
  PIN_BLOCK_INVALID: [Code.InvalidArgument, "the block does not decipher to a PIN of this card"],
  PIN_NOT_SET: [Code.FailedPrecondition, "the card has no PIN"],
  REVEAL_LINK_NOT_FOUND: [Code.NotFound, "there is no such link, it was used, or its time has passed"],
  AMOUNT_MUST_BE_POSITIVE: [Code.InvalidArgument, "amounts must be above 0"],
  OUTCOME_UNKNOWN: [Code.Unavailable, "the card host gave no answer in time; look the request up by its request_id"],
} as const satisfies Partial<Record<keyof typeof CardsErrorReason, readonly [Code, string]>>;

/** Why this vendor refuses a call. */
export type CardsRefusal = keyof typeof REFUSALS;

/** Makes the error for a refusal. */
export function cardsRefused(reason: CardsRefusal, metadata: Readonly<Record<string, string>> = {}): ConnectError {
  const [code, message] = REFUSALS[reason];
  return rpcError({ code, reason, domain: "cards.malla", message, metadata });
}
