import { create } from "@bufbuild/protobuf";
import { CardsProviderService, CheckPinResponseSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import { DECLINES, toPinBlock } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { requireCard } from "./require-card.ts";
import { tryPin } from "./try-pin.ts";

/** Says whether a PIN is the card's. */
export function checkPin(deps: NativeDeps): NativeHandlers["checkPin"] {
  return (request, context) => {
    const call = callOf(context);
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.checkPin, request, async () => {
        const card = await requireCard(transaction, request.card);
        if (card.pinValue === null) {
          throw cardsRefused("pin_not_set");
        }
        if (request.pinBlock === undefined) {
          throw cardsRefused("pin_block_invalid");
        }
        const code = await tryPin(deps, transaction, call.tenant, card, toPinBlock(request.pinBlock));
        if (code === "pin_key_unknown" || code === "pin_block_invalid") {
          throw cardsRefused(code);
        }
        return create(CheckPinResponseSchema, { responseCode: code, declineReason: DECLINES[code] });
      }),
    );
  };
}
