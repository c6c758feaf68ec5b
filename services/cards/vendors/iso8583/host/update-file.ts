/** File updates 0302: cards are added, renewed, changed and looked up. */
import { CARD_FILE, FILE_UPDATES, unpackRules } from "../link/card-file.ts";
import type { IsoMessage } from "../link/codec.ts";
import { type PrivateData, packPrivateData, unpackPrivateData } from "../link/private-data.ts";
import type { Books, Card, CardState, Effect } from "./books.ts";
import { yearAndMonth } from "./check-card.ts";
import { refusePin } from "./check-pin.ts";
import { type Circumstances, CODES, type Decision, refuse } from "./decision.ts";
import { pinOf } from "./pin.ts";

/** How long a card is good for, in years. */
const YEARS = 4;

/** Decides a file update. */
export function decideFileUpdate(books: Books, message: IsoMessage, circumstances: Circumstances): Decision {
  const { fields } = message;
  if (fields[101] !== CARD_FILE) {
    return refuse(CODES.invalidTransaction);
  }
  const data = unpackPrivateData(fields[120]);
  const card = books.cards.get(fields[2] ?? "");
  if (fields[91] === FILE_UPDATES.add && fields[2] === undefined) {
    return addCard(books, message, data, circumstances);
  }
  if (card === undefined) {
    return refuse(CODES.noSuchRecord);
  }
  switch (fields[91]) {
    case FILE_UPDATES.add:
      return renewCard(card, data, circumstances);
    case FILE_UPDATES.change:
      return fields[52] === undefined ? changeCard(card, message, data) : setPin(card, message, circumstances);
    case FILE_UPDATES.inquire:
      return {
        code: CODES.approved,
        effects: [],
        fields: described(card, data["SC"] === "1" ? { CV: card.securityCode } : {}),
      };
    default:
      return refuse(CODES.invalidTransaction);
  }
}

/** AC: account. CU: its currency. ST: state to begin with. SU: single use. */
function addCard(books: Books, message: IsoMessage, data: PrivateData, circumstances: Circumstances): Decision {
  const { AC: name = "", CU: currency } = data;
  const known = books.accounts.get(name);
  const account = known ?? circumstances.accountNamed(name);
  if (account === undefined) {
    return refuse(CODES.noSuchAccount);
  }
  if (account.currency !== currency) {
    return refuse(CODES.notPermitted);
  }
  const card: Card = {
    pan: circumstances.newPan(),
    account: name,
    expiry: expiryFrom(circumstances.at),
    state: stateOf(data["ST"]) ?? "I",
    closeReason: "0",
    rules: unpackRules(message, data) ?? {},
    isSingleUse: data["SU"] === "1",
    securityCode: circumstances.newSecurityCode(),
    pinFailures: 0,
    version: 1,
  };
  const opened: Effect[] = known === undefined ? [{ kind: "account", id: name, account }] : [];
  return { code: CODES.approved, effects: [...opened, { kind: "card", card }], fields: described(card) };
}

/** Another card in the place of one, which is closed for the reason CR. ST: state to begin with. */
function renewCard(before: Card, data: PrivateData, { newPan, newSecurityCode, at }: Circumstances): Decision {
  if (before.state === "C") {
    return refuse(CODES.closed);
  }
  const closed: Card = { ...before, state: "C", closeReason: data["CR"] ?? "0", version: before.version + 1 };
  // No PIN until one is set: the number of the card is part of what it is told by.
  const { pin: _, ...kept } = before;
  const card: Card = {
    ...kept,
    pan: newPan(),
    securityCode: newSecurityCode(),
    pinFailures: 0,
    expiry: expiryFrom(at),
    state: stateOf(data["ST"]) ?? "I",
    version: 1,
  };
  return {
    code: CODES.approved,
    effects: [
      { kind: "card", card: closed },
      { kind: "card", card },
    ],
    fields: described(card, { OV: String(closed.version) }),
  };
}

/** ST: state to move to, with CR. Rules, where there are some. What is so already stays as it is. */
function changeCard(before: Card, message: IsoMessage, data: PrivateData): Decision {
  const state = data["ST"] === undefined ? before.state : stateOf(data["ST"]);
  if (state === undefined) {
    return refuse(CODES.formatError);
  }
  const rules = unpackRules(message, data);
  if (before.state !== state ? !MOVES[before.state].includes(state) : rules !== undefined && state === "C") {
    return refuse(CODES.invalidTransaction, described(before));
  }
  if (before.state === state && rules === undefined) {
    return { code: CODES.approved, effects: [], fields: described(before) };
  }
  const closeReason = state === "C" && before.state !== "C" ? (data["CR"] ?? "0") : before.closeReason;
  const card: Card = { ...before, state, closeReason, rules: rules ?? before.rules, version: before.version + 1 };
  return { code: CODES.approved, effects: [{ kind: "card", card }], fields: described(card) };
}

/** The PIN in field 52 is the card's from now on, and all tries are there again. */
function setPin(before: Card, message: IsoMessage, { zoneKeys }: Circumstances): Decision {
  if (before.state === "C") {
    return refuse(CODES.invalidTransaction, described(before));
  }
  const pin = pinOf(message, before.pan, zoneKeys);
  if (typeof pin === "string") {
    return refusePin(pin);
  }
  const card: Card = { ...before, pin, pinFailures: 0, version: before.version + 1 };
  return { code: CODES.approved, effects: [{ kind: "card", card }], fields: described(card) };
}

/** States that a card may move to. */
const MOVES: Readonly<Record<CardState, readonly CardState[]>> = { I: ["A", "C"], A: ["F", "C"], F: ["A", "C"], C: [] };

function described(card: Card, more: PrivateData = {}): IsoMessage["fields"] {
  const { pan, expiry, state, closeReason, version, pin } = card;
  const data = { ST: state, CR: closeReason, VN: String(version), PN: pin === undefined ? "0" : "1", ...more };
  return { 2: pan, 14: expiry, 120: packPrivateData(data) };
}

function expiryFrom(at: Date): string {
  return yearAndMonth(new Date(Date.UTC(at.getUTCFullYear() + YEARS, at.getUTCMonth(), 1)));
}

function stateOf(text: string | undefined): CardState | undefined {
  return text === "I" || text === "A" || text === "F" || text === "C" ? text : undefined;
}
