import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { idOf } from "../mapping.ts";
import { requireIssued } from "../sagas/change-card.ts";
import { issueCard } from "../sagas/issue-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Closes a card and issues another in its place, by the same vendor. */
export function replaceCard(deps: CardsDeps): CardsHandlers["replaceCard"] {
  return async (request, context) => {
    const call = callOf(context);
    const { requestId, reason: closeReason } = request;
    const oldId = idOf(request.name);
    return issueCard(deps, call, {
      method: CardsService.method.replaceCard,
      request,
      async from(transaction) {
        const old = await requireIssued(transaction, oldId, "replace");
        const { form, customer, fundingAccount, currencyCode, controls, vendor } = old;
        return { form, customer, fundingAccount, currencyCode, controls, vendor, replaces: old.id };
      },
      async ask({ vendor }, vendorCall) {
        const old = await deps.database.tenant(call, (transaction) => requireIssued(transaction, oldId, "use"));
        const at = vendor ?? old.vendor;
        const said = await deps.vendors.at(at, vendorCall).renewCard({ card: old.vendorCard, closeReason, requestId });
        return { vendor: at, said };
      },
    });
  };
}
