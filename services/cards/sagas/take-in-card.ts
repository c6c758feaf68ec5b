/** What a vendor said of a card, taken in. */
import type { ProviderCard } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { toCardState, toControls } from "../mapping.ts";
import type { Card } from "../store/card-store.ts";

/** The card as its vendor says it is. What is older than what is known changes nothing. */
export function takeInCard(known: Card, said: ProviderCard, at: Date): Card {
  const state = toCardState(said.state);
  if (state === undefined || said.version < known.version) {
    return known;
  }
  return {
    ...known,
    vendorCard: said.card,
    state,
    closeReason: said.closeReason,
    controls: toControls(said.controls),
    bin: said.bin,
    lastFour: said.lastFour,
    expiryYear: said.expiryYear,
    expiryMonth: said.expiryMonth,
    hasPin: said.hasPin,
    version: said.version,
    updateTime: at,
  };
}
