import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { moveTo } from "../domain/card.ts";
import { fromCard, toCloseReason } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { updateCard } from "../store/card-store.ts";
import { issueCard } from "./issue.ts";
import { requireOpenCard } from "./require-card.ts";

/** Closes a card and issues another in its place. */
export function renewCard(deps: NativeDeps): NativeHandlers["renewCard"] {
  return (request, context) => {
    const call = callOf(context);
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, CardsProviderService.method.renewCard, request, async () => {
        const old = await requireOpenCard(transaction, request.card);
        await updateCard(transaction, call.tenant, {
          ...old,
          ...moveTo(old, "closed", toCloseReason(request.closeReason)),
        });
        const { form, currencyCode, fundingAccount, controls, id } = old;
        const wanted = { form, currencyCode, fundingAccount, controls, replaces: id };
        return fromCard(await issueCard(deps, transaction, call.tenant, wanted));
      }),
    );
  };
}
