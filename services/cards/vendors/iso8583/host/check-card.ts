/** Whether a card may be used, whatever for. */
import type { IsoMessage } from "../link/codec.ts";
import type { Books, Card } from "./books.ts";
import { CODES, type Decision, refuse } from "./decision.ts";

/** Wrong PINs in a row after which none is right any more, until it is set anew. */
const MAX_PIN_FAILURES = 3;

/** The card of a message, or why it may not be used. */
export function checkCard(books: Books, { fields }: IsoMessage, at: Date): Card | Decision {
  const card = books.cards.get(fields[2] ?? "");
  if (card === undefined) {
    return refuse(CODES.invalidCard);
  }
  if (fields[14] !== undefined && fields[14] !== card.expiry) {
    return refuse(CODES.expired);
  }
  if (card.state === "C") {
    return refuse(CODES.lostOrClosed);
  }
  if (card.expiry < yearAndMonth(at)) {
    return refuse(CODES.expired);
  }
  if (card.state === "I") {
    return refuse(CODES.notActive);
  }
  return card.state === "F" ? refuse(CODES.restricted) : checkPin(card, fields[52]);
}

/** Whether it is a decision already. */
export function isDecision(value: Card | Decision): value is Decision {
  return "code" in value;
}

/**
 * A PIN block is encrypted under the zone's key with the card's number in it (ISO 9564, format 0), so the block of the same
 * PIN is the same. This host compares blocks; it holds no key.
 */
function checkPin(card: Card, block: string | undefined): Card | Decision {
  if (block === undefined) {
    return card;
  }
  if (card.pinFailures >= MAX_PIN_FAILURES) {
    return refuse(CODES.pinTriesExceeded);
  }
  if (card.pinBlock === block) {
    return { ...card, pinFailures: 0 };
  }
  const failed = { ...card, pinFailures: card.pinFailures + 1 };
  return { code: CODES.wrongPin, effects: [{ kind: "card", card: failed }] };
}

/** YYMM. */
export function yearAndMonth(at: Date): string {
  return at.toISOString().slice(2, 7).replace("-", "");
}
