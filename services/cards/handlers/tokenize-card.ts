import assert from "node:assert/strict";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { cardTokenized } from "../events/outbox.ts";
import { idOf } from "../mapping.ts";
import { requireIssued } from "../sagas/change-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";
import { passThrough } from "./pass-through.ts";

/** Makes a token of a card. The vendor keeps it; the event is told once. */
export function tokenizeCard(deps: CardsDeps): CardsHandlers["tokenizeCard"] {
  return async (request, context) => {
    const call = callOf(context);
    const { name, requestor, requestId } = request;
    const token = await passThrough(
      deps,
      call,
      { name, move: "replace" },
      (vendor, { vendorCard: card }) => vendor.makeToken({ card, requestor, requestId }),
      (answer) => assert.match(answer.token, /^[A-Za-z0-9_-]{1,64}$/, "reference of the token"),
    );
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsService.method.tokenizeCard, request, async () => {
        const card = await requireIssued(transaction, idOf(name), "use");
        await deps.outbox.append(transaction, [cardTokenized(call.tenant, card, requestor, deps.now())]);
        return token;
      }),
    );
  };
}
