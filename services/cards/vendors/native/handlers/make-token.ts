import { create } from "@bufbuild/protobuf";
import { CardTokenSchema } from "#gen/malla/cards/v1/card_pb.js";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { insertToken } from "../store/card-store.ts";
import { requireOpenCard } from "./require-card.ts";

/** Makes a token of a card. It has no number of its own: its last four are digits of its reference. */
export function makeToken({ database, newId }: NativeDeps): NativeHandlers["makeToken"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.makeToken, request, async () => {
        const { id: cardId } = await requireOpenCard(transaction, request.card);
        const { requestor } = request;
        const id = newId();
        await insertToken(transaction, { tenantId: call.tenant, id, cardId, requestor });
        const lastFour = String(Number.parseInt(id.slice(-6), 16) % 10_000).padStart(4, "0");
        return create(CardTokenSchema, { token: id, requestor, lastFour });
      }),
    );
  };
}
