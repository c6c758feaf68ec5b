/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { CardsErrorReason } from "#gen/malla/cards/v1/cards_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

type Reason = Exclude<keyof typeof CardsErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  card_not_found: [Code.NotFound, "CARD_NOT_FOUND", "no such card"],
  authorization_not_found: [Code.NotFound, "AUTHORIZATION_NOT_FOUND", "no such authorization"],
  funding_account_not_found: [
    Code.FailedPrecondition,
    "FUNDING_ACCOUNT_NOT_FOUND",
    "the ledger has no such account in its general books",
  ],
  currency_mismatch: [Code.FailedPrecondition, "CURRENCY_MISMATCH", "the currency is not the account's or the card's"],
  card_state_not_allowed: [Code.FailedPrecondition, "CARD_STATE_NOT_ALLOWED", "the card's state does not allow it"],
  pin_key_unknown: [Code.InvalidArgument, "PIN_KEY_UNKNOWN", "no zone key of this name and format is known"],
  pin_block_invalid: [Code.InvalidArgument, "PIN_BLOCK_INVALID", "the block holds no PIN of this card"],
  pin_not_set: [Code.FailedPrecondition, "PIN_NOT_SET", "the card has no PIN"],
  reveal_link_not_found: [Code.NotFound, "REVEAL_LINK_NOT_FOUND", "no such link, or it was used, or its time passed"],
} as const satisfies Record<string, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function cardsRefused(refusal: keyof typeof REFUSALS): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "cards.malla", message });
}
