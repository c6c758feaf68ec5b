import assert from "node:assert/strict";
import { callOf } from "#platform/rpc/call.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { passThrough } from "./pass-through.ts";

/** Codes that a PIN may be answered with. */
const CODES = ["00", "55", "75"];

/** Says whether a PIN is the card's. */
export function verifyPin(deps: CardsDeps): CardsHandlers["verifyPin"] {
  return async (request, context) => {
    const { name, pinBlock, requestId } = request;
    const { responseCode, declineReason } = await passThrough(
      deps,
      callOf(context),
      { name, move: "use" },
      (vendor, { vendorCard: card }) =>
        vendor.checkPin({ card, requestId, ...(pinBlock === undefined ? {} : { pinBlock }) }),
      (answer) => assert.ok(CODES.includes(answer.responseCode), `code ${answer.responseCode} of a PIN`),
    );
    return { responseCode, declineReason };
  };
}
