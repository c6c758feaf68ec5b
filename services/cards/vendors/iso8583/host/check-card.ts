/** Whether a card may be used for something. */
import type { IsoMessage } from "../link/codec.ts";
import { channelOf, countryOf } from "../link/point-of-service.ts";
import type { Books, Card } from "./books.ts";
import { CODES } from "./decision.ts";

/** Why a card may not be used at all; undefined where it may. */
export function refusalOfCard(card: Card, at: Date): string | undefined {
  switch (card.state) {
    case "C":
      return card.closeReason === STOLEN ? CODES.stolen : CODES.closed;
    case "I":
      return CODES.notActive;
    case "F":
      return CODES.frozen;
    case "A":
      return card.expiry < yearAndMonth(at) ? CODES.expired : undefined;
    default:
      return card.state satisfies never;
  }
}

/** Why its rules refuse an amount at a merchant; undefined where they do not. */
export function refusalOfRules(books: Books, card: Card, message: IsoMessage, asked: bigint, at: Date) {
  const { rules } = card;
  const category = message.fields[18] ?? "";
  const isExcluded =
    rules.deniedCategories?.includes(category) ||
    rules.allowedCategories?.includes(category) === false ||
    rules.allowedCountries?.includes(countryOf(message)) === false ||
    rules.allowedChannels?.includes(channelOf(message)) === false;
  if (isExcluded) {
    return CODES.notPermitted;
  }
  const { spentMinor, count } = usedWithinDay(books, card.pan, at);
  if (
    (rules.perTransactionMinor !== undefined && asked > rules.perTransactionMinor) ||
    (rules.perDayMinor !== undefined && spentMinor + asked > rules.perDayMinor)
  ) {
    return CODES.exceedsAmount;
  }
  return rules.perDayCount !== undefined && count >= rules.perDayCount ? CODES.exceedsCount : undefined;
}

/** YYMM. */
export function yearAndMonth(at: Date): string {
  return at.toISOString().slice(2, 7).replace("-", "");
}

/** Close reason of a stolen card, as field 120 writes it. */
const STOLEN = "3";
const DAY_MS = 86_400_000;

/** What was approved with a card in the last 24 hours and not reversed, and how often. */
function usedWithinDay(books: Books, pan: string, at: Date) {
  let spentMinor = 0n;
  let count = 0;
  for (const key of (books.byCard.get(pan) ?? []).toReversed()) {
    const authorization = books.authorizations.get(key);
    if (authorization === undefined || authorization.atMs <= at.getTime() - DAY_MS) {
      break;
    }
    if (authorization.state !== "R") {
      spentMinor += authorization.approvedMinor - authorization.reversedMinor;
      count++;
    }
  }
  return { spentMinor, count };
}
