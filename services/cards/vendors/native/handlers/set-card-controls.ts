import type { CardControls } from "#gen/malla/cards/v1/card_pb.js";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import { fromCard, toControls } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { updateCard } from "../store/card-store.ts";
import { requireOpenCard } from "./require-card.ts";

/** Replaces what a card may be used for. */
export function setCardControls({ database }: NativeDeps): NativeHandlers["setCardControls"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.setCardControls, request, async () => {
        const card = await requireOpenCard(transaction, request.card);
        checkLimits(request.controls, card.currencyCode);
        const changed = { ...card, controls: toControls(request.controls), version: card.version + 1n };
        await updateCard(transaction, call.tenant, changed);
        return fromCard(changed);
      }),
    );
  };
}

/** @throws CURRENCY_MISMATCH where a limit is of another currency than the card. */
export function checkLimits(controls: CardControls | undefined, currencyCode: string): void {
  const limits = [controls?.transactionLimit, controls?.dailyLimit];
  if (limits.some((limit) => limit !== undefined && limit.currencyCode !== currencyCode)) {
    throw cardsRefused("currency_mismatch");
  }
}
