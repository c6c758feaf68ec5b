/** PINs that come with a request: right or wrong, and what that does to the card. */
import type { IsoMessage } from "../link/codec.ts";
import { packPrivateData } from "../link/private-data.ts";
import type { Books, Card, Effect } from "./books.ts";
import { type Circumstances, CODES, type Decision, refuse } from "./decision.ts";
import { comparePin, type PinFault, pinOf } from "./pin.ts";

/** Field 3 of a request that asks for nothing but whether a PIN is right. */
export const PIN_CHECK = "330000";

/** Decides on the PIN in field 52: approved, or refused for good. */
export function decidePin(card: Card, message: IsoMessage, { zoneKeys }: Circumstances): Decision {
  const given = pinOf(message, card.pan, zoneKeys);
  if (typeof given === "string") {
    return refusePin(given);
  }
  const outcome = comparePin(card, given, zoneKeys);
  switch (outcome) {
    case "locked":
      return refuse(CODES.pinTriesExceeded);
    case "wrong":
      return { code: CODES.wrongPin, effects: [cardWith(card, card.pinFailures + 1)] };
    case "right":
      return { code: CODES.approved, effects: card.pinFailures === 0 ? [] : [cardWith(card, 0)] };
    default:
      return outcome satisfies never;
  }
}

/** Answers whether a PIN is right, whatever the card is good for. */
export function decidePinCheck(books: Books, message: IsoMessage, circumstances: Circumstances): Decision {
  const card = books.cards.get(message.fields[2] ?? "");
  if (card === undefined) {
    return refuse(CODES.invalidCard);
  }
  return card.pin === undefined ? refusePin("N") : decidePin(card, message, circumstances);
}

/** A refusal with its reason in element PE of field 120. */
export function refusePin(fault: PinFault): Decision {
  return refuse(CODES.pinUnreadable, { 120: packPrivateData({ PE: fault }) });
}

function cardWith(card: Card, pinFailures: number): Effect {
  return { kind: "card", card: { ...card, pinFailures } };
}
