import assert from "node:assert/strict";
import { callOf } from "#platform/rpc/call.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { passThrough } from "./pass-through.ts";

/** Shows a card's data. They go from the vault to the caller; nothing of them is kept or logged. */
export function revealCard(deps: CardsDeps): CardsHandlers["revealCard"] {
  return (request, context) => {
    const { name, revealToken } = request;
    return passThrough(
      deps,
      callOf(context),
      { name, move: "use" },
      (vendor) => vendor.reveal({ revealToken }),
      (answer, card) =>
        assert.ok(answer.number === "" || answer.number.endsWith(card.lastFour), "the number of another card"),
    );
  };
}
