import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import { fromCard, toPinBlock } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { updateCard } from "../store/card-store.ts";
import { contextOf } from "./issue.ts";
import { requireOpenCard } from "./require-card.ts";

/** Gives a card a PIN, and its tries back. Only what verifies it is kept. */
export function assignPin({ database, vault }: NativeDeps): NativeHandlers["assignPin"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.assignPin, request, async () => {
        const card = await requireOpenCard(transaction, request.card);
        if (request.pinBlock === undefined) {
          throw cardsRefused("pin_block_invalid");
        }
        const number = vault.numberOf(card.numberSealed, contextOf(call.tenant, card.id));
        const read = vault.readPin(toPinBlock(request.pinBlock), number);
        if (typeof read === "string") {
          throw cardsRefused(read);
        }
        const pinValue = vault.verificationValueOf(number, read.pin);
        const changed = { ...card, pinValue, hasPin: true, wrongPins: 0, version: card.version + 1n };
        await updateCard(transaction, call.tenant, changed);
        return fromCard(changed);
      }),
    );
  };
}
