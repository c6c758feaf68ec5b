/** File updates 0302: cards are added, changed, closed and looked up. */
import type { IsoMessage } from "../link/codec.ts";
import { type PrivateData, packPrivateData, unpackPrivateData } from "../link/private-data.ts";
import type { Account, Books, Card, CardRules, CardState, Effect } from "./books.ts";
import { yearAndMonth } from "./check-card.ts";
import { type Circumstances, CODES, type Decision, refuse } from "./decision.ts";

/** Field 101. */
export const CARD_FILE = "CARD";
/** Field 91. */
export const FILE_UPDATES = { add: "1", change: "2", close: "3", inquire: "5" } as const;

/** How long a card is good for, in years. */
const YEARS = 4;

/** Decides a file update. */
export function decideFileUpdate(books: Books, { fields }: IsoMessage, circumstances: Circumstances): Decision {
  if (fields[101] !== CARD_FILE) {
    return refuse(CODES.invalidTransaction);
  }
  const data = unpackPrivateData(fields[120]);
  if (fields[91] === FILE_UPDATES.add) {
    return addCard(books, data, circumstances);
  }
  const card = books.cards.get(fields[2] ?? "");
  if (card === undefined) {
    return refuse(CODES.noSuchRecord);
  }
  switch (fields[91]) {
    case FILE_UPDATES.change:
      return changeCard(card, data, fields[52]);
    case FILE_UPDATES.close:
      return answerCard({ ...card, state: "C" }, []);
    case FILE_UPDATES.inquire:
      return { code: CODES.approved, effects: [], fields: described(card) };
    default:
      return refuse(CODES.invalidTransaction);
  }
}

/** AC: account, opened with the first card on it. CU: its currency. RP: the card that the new one replaces. */
function addCard(books: Books, data: PrivateData, circumstances: Circumstances): Decision {
  const replaced = data["RP"] === undefined ? undefined : books.cards.get(data["RP"]);
  if (data["RP"] !== undefined && replaced === undefined) {
    return refuse(CODES.noSuchRecord);
  }
  const id = replaced?.account ?? data["AC"];
  const currency = data["CU"];
  if (id === undefined || (replaced === undefined && currency === undefined)) {
    return refuse(CODES.formatError);
  }
  const known = books.accounts.get(id);
  if (known !== undefined && currency !== undefined && known.currency !== currency) {
    return refuse(CODES.notPermitted);
  }
  const opened: Account | undefined =
    known === undefined && currency !== undefined ? { currency, balanceMinor: circumstances.openingMinor } : undefined;
  const { at } = circumstances;
  // A replacement has no PIN until one is set: the number of the card is part of its block.
  const card: Card = {
    pan: circumstances.newPan(),
    account: id,
    expiry: yearAndMonth(new Date(Date.UTC(at.getUTCFullYear() + YEARS, at.getUTCMonth(), 1))),
    state: stateOf(data["ST"]) ?? "I",
    rules: rulesOf(replaced?.rules ?? {}, data),
    pinFailures: 0,
  };
  return answerCard(card, [
    ...(opened === undefined ? [] : [{ kind: "account" as const, id, account: opened }]),
    ...(replaced === undefined ? [] : [{ kind: "card" as const, card: { ...replaced, state: "C" as const } }]),
  ]);
}

/** ST: state. A PIN block in field 52 is the new PIN's. The rest: rules. A closed card stays closed. */
function changeCard(card: Card, data: PrivateData, pinBlock: string | undefined): Decision {
  const state = data["ST"] === undefined ? card.state : stateOf(data["ST"]);
  if (state === undefined) {
    return refuse(CODES.formatError);
  }
  if (card.state === "C" && state !== "C") {
    return refuse(CODES.lostOrClosed);
  }
  const pin = pinBlock === undefined ? {} : { pinBlock, pinFailures: 0 };
  return answerCard({ ...card, ...pin, state, rules: rulesOf(card.rules, data) }, []);
}

function answerCard(card: Card, before: readonly Effect[]): Decision {
  return { code: CODES.approved, effects: [...before, { kind: "card", card }], fields: described(card) };
}

function described(card: Card): IsoMessage["fields"] {
  return { 2: card.pan, 14: card.expiry, 120: packPrivateData({ AC: card.account, ST: card.state }) };
}

/** PT, PD: limits per transaction and day, 0 for none. AL, BL: categories allowed and blocked, empty lists for none. SU: single use. */
function rulesOf(before: CardRules, data: PrivateData): CardRules {
  const { PT, PD, AL, BL, SU } = data;
  const { perTransactionMinor, perDayMinor, allowedCategories, blockedCategories, isSingleUse } = {
    perTransactionMinor: PT === undefined ? before.perTransactionMinor : limitOf(PT),
    perDayMinor: PD === undefined ? before.perDayMinor : limitOf(PD),
    allowedCategories: AL === undefined ? before.allowedCategories : listOf(AL),
    blockedCategories: BL === undefined ? before.blockedCategories : listOf(BL),
    isSingleUse: SU === undefined ? before.isSingleUse : SU === "1",
  };
  return {
    ...(perTransactionMinor === undefined ? {} : { perTransactionMinor }),
    ...(perDayMinor === undefined ? {} : { perDayMinor }),
    ...(allowedCategories === undefined ? {} : { allowedCategories }),
    ...(blockedCategories === undefined ? {} : { blockedCategories }),
    ...(isSingleUse === undefined ? {} : { isSingleUse }),
  };
}

function limitOf(text: string): bigint | undefined {
  const limit = BigInt(text);
  return limit === 0n ? undefined : limit;
}

function listOf(text: string): readonly string[] | undefined {
  return text === "-" ? undefined : text.split(",");
}

function stateOf(text: string | undefined): CardState | undefined {
  return text === "I" || text === "A" || text === "F" || text === "C" ? text : undefined;
}
