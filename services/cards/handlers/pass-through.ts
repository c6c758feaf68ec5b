/** Calls that change nothing that the service keeps: they go through to the card's vendor. */
import type { Client } from "@connectrpc/connect";
import type { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { CardMove } from "../domain/card.ts";
import { cardsRefused } from "../errors.ts";
import { idOf } from "../mapping.ts";
import { askVendor, vendorCall } from "../peers/ask-vendor.ts";
import { type IssuedCard, requireIssued } from "../sagas/change-card.ts";
import type { CardsDeps } from "../service.ts";

/**
 * Asks the vendor of a card. Repeating is up to the vendor, which knows the request_id.
 *
 * @throws OUTCOME_UNKNOWN where no usable answer came in time.
 */
export async function passThrough<Answer>(
  deps: CardsDeps,
  call: Call,
  about: { readonly name: string; readonly move: CardMove },
  ask: (vendor: Client<typeof CardsProviderService>, card: IssuedCard) => Promise<Answer>,
  check: (answer: Answer, card: IssuedCard) => void,
): Promise<Answer> {
  const card = await deps.database.tenant(call, (transaction) =>
    requireIssued(transaction, idOf(about.name), about.move),
  );
  const outcome = await askVendor(
    () => ask(deps.vendors.at(card.vendor, vendorCall(call, deps.vendorTimeoutMs)), card),
    (answer) => check(answer, card),
  );
  switch (outcome.kind) {
    case "answered":
      return outcome.answer;
    case "refused":
      throw outcome.error;
    case "unknown":
      throw cardsRefused("outcome_unknown", {}, outcome.error);
  }
}
