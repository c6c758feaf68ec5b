import assert from "node:assert/strict";
import { callOf } from "#platform/rpc/call.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { passThrough } from "./pass-through.ts";

/** For how long a link is good when the caller does not say. */
const DEFAULT_VALID_SECONDS = 60;

/** Makes a link that shows a card's data once. Its token is kept nowhere here. */
export function createRevealLink(deps: CardsDeps): CardsHandlers["createRevealLink"] {
  return (request, context) => {
    const { name, scopes, requestId } = request;
    const validSeconds = request.validSeconds || DEFAULT_VALID_SECONDS;
    return passThrough(
      deps,
      callOf(context),
      { name, move: "replace" },
      (vendor, { vendorCard: card }) => vendor.makeRevealLink({ card, scopes, validSeconds, requestId }),
      (answer) => assert.ok(answer.revealToken.length >= 16 && answer.expireTime !== undefined, "a link"),
    );
  };
}
