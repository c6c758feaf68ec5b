import { create } from "@bufbuild/protobuf";
import { CardSchema } from "#gen/malla/cards/v1/card_pb.js";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { toControls } from "../mapping.ts";
import { askForCard, issueCard as issue } from "../sagas/issue-card.ts";
import type { CardsDeps, CardsHandlers } from "../service.ts";

/** Issues a card with the vendor that the tenant's binding names. */
export function issueCard(deps: CardsDeps): CardsHandlers["issueCard"] {
  return (request, context) => {
    const { form, customer, fundingAccount, currencyCode, controls } = request.card ?? create(CardSchema);
    const wanted = { form, customer, fundingAccount, currencyCode, controls: toControls(controls) };
    return issue(deps, callOf(context), {
      method: CardsService.method.issueCard,
      request,
      from: async () => ({ ...wanted, replaces: null, vendor: null }),
      ask: askForCard(deps, request.requestId),
    });
  };
}
