/** What an exchange is for, kept with it until its answer comes: maybe in another process than asked. */
import type { JsonValue } from "@bufbuild/protobuf";
import type { Exchange } from "../exchanges/exchange.ts";
import type { CardFacts } from "./card.ts";

/** What is known of a card before the host has made it. */
export type AskedCard = Pick<CardFacts, "form" | "currency" | "fundingAccount" | "controls" | "replaces">;

/** By purpose. */
export type Details =
  | { readonly purpose: "provide_card"; readonly id: string; readonly card: AskedCard }
  | { readonly purpose: "renew_card"; readonly id: string; readonly card: AskedCard; readonly closeReason: number }
  | { readonly purpose: "change_card"; readonly id: string; readonly controls?: JsonValue }
  | { readonly purpose: "check_pin" }
  | { readonly purpose: "authorize"; readonly card: string; readonly currency: string; readonly requested: string }
  | { readonly purpose: "move"; readonly authorization: string }
  | { readonly purpose: "reverse_lost" };

/** The details of an exchange. */
export function detailsOf({ details }: Pick<Exchange, "details">): Details {
  // Only this vendor writes them, by the type above.
  return details as Details;
}
