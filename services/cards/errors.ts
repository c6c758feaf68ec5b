/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { CardsErrorReason } from "#gen/malla/cards/v1/cards_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { AuthorizationRefusal } from "./domain/authorization.ts";
import type { CardRefusal } from "./domain/card.ts";

type Reason = Exclude<keyof typeof CardsErrorReason, "UNSPECIFIED">;
type Refusal = CardRefusal | AuthorizationRefusal | "outcome_unknown";

const REFUSALS = {
  card_not_found: [Code.NotFound, "CARD_NOT_FOUND", "no such card"],
  card_state_not_allowed: [Code.FailedPrecondition, "CARD_STATE_NOT_ALLOWED", "the card's state does not allow it"],
  authorization_not_found: [Code.NotFound, "AUTHORIZATION_NOT_FOUND", "no such authorization"],
  authorization_declined: [Code.FailedPrecondition, "AUTHORIZATION_DECLINED", "it was declined: nothing can follow"],
  authorization_unresolved: [
    Code.Aborted,
    "AUTHORIZATION_UNRESOLVED",
    "what the vendor did is not known yet; resolve the authorization, then send again",
  ],
  amount_must_be_positive: [Code.InvalidArgument, "AMOUNT_MUST_BE_POSITIVE", "an amount above 0 is needed"],
  currency_mismatch: [Code.FailedPrecondition, "CURRENCY_MISMATCH", "the amount is not of the card's currency"],
  outcome_unknown: [
    Code.Unavailable,
    "OUTCOME_UNKNOWN",
    "the vendor gave no answer that can be used; send again with the same request_id",
  ],
} as const satisfies Record<Refusal, readonly [Code, Reason, string]>;

/** After how long a caller should ask again, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** Makes the error of a refusal. `cause` is logged, never told. */
export function cardsRefused(
  refusal: Refusal,
  metadata: Readonly<Record<string, string>> = {},
  cause?: unknown,
): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  const retryAfterMs = code === Code.Unavailable || code === Code.Aborted ? { retryAfterMs: RETRY_AFTER_MS } : {};
  return rpcError({ code, reason, domain: "cards.malla", message, metadata, cause, ...retryAfterMs });
}
