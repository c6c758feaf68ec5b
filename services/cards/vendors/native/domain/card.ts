/** A card without its number, and the moves between its states. */
import type { ResponseCode } from "./codes.ts";

export type CardForm = "physical" | "virtual" | "single_use";
export type CardState = "inactive" | "active" | "frozen" | "closed";
export type CloseReason = "not_wanted" | "lost" | "stolen" | "damaged" | "used";

/** What a card may be used for; amounts in minor units of its currency. */
export interface Controls {
  readonly transactionLimit?: bigint;
  readonly dailyLimit?: bigint;
  readonly dailyCountLimit: number;
  readonly allowedMerchantCategories: readonly string[];
  readonly deniedMerchantCategories: readonly string[];
  readonly allowedCountries: readonly string[];
  /** Numbers of the contract's Channel. */
  readonly allowedChannels: readonly number[];
}

/** A card. */
export interface Card {
  readonly id: string;
  readonly form: CardForm;
  readonly state: CardState;
  readonly closeReason: CloseReason | null;
  readonly bin: string;
  readonly lastFour: string;
  readonly expiryYear: number;
  readonly expiryMonth: number;
  readonly currencyCode: string;
  readonly fundingAccount: string;
  readonly controls: Controls | null;
  readonly hasPin: boolean;
  readonly wrongPins: number;
  readonly replaces: string | null;
  readonly version: bigint;
}

/** Wrong PINs in a row after which no PIN is right any more. */
export const MAX_WRONG_PINS = 3;

/** The card in another state; undefined where that move is not allowed. To the state that it has: itself. */
export function moveTo(card: Card, state: CardState, reason: CloseReason): Card | undefined {
  if (card.state === state) {
    return card;
  }
  const isAllowed = state === "frozen" ? card.state === "active" : state !== "inactive" && card.state !== "closed";
  return isAllowed
    ? { ...card, state, closeReason: state === "closed" ? reason : null, version: card.version + 1n }
    : undefined;
}

/** What a card's state or age declines everything with; "00" where it is good. */
export function codeOfCard(card: Card, at: Date): ResponseCode {
  switch (card.state) {
    case "inactive":
      return "78";
    case "frozen":
      return "62";
    case "closed":
      return card.closeReason === "stolen" ? "43" : "41";
    case "active":
      return Date.UTC(card.expiryYear, card.expiryMonth) <= at.getTime() ? "54" : "00";
  }
}
