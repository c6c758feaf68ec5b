/** Requests 0100 and 0200: may the holder spend this, and how much of it. With field 90, more of what was approved before. */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf, packAmount } from "../link/original.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import { type Authorization, availableMinor, type Books, type Card, type Effect } from "./books.ts";
import { refusalOfCard, refusalOfRules } from "./check-card.ts";
import { decidePin } from "./check-pin.ts";
import {
  type Circumstances,
  CODES,
  changeAuthorization,
  type Decision,
  describeAuthorization,
  refuse,
} from "./decision.ts";
import { exchangeKeyOf } from "./exchange-key.ts";

/** How long an amount is held where field 48 does not say, in milliseconds. */
const HOLD_MS = 7 * 86_400_000;

/** Decides an authorization (0100: held) or a financial request (0200: taken at once). */
export function decideAuthorization(books: Books, message: IsoMessage, circumstances: Circumstances): Decision {
  const { fields } = message;
  const key = exchangeKeyOf(message);
  const card = books.cards.get(fields[2] ?? "");
  const asked = BigInt(fields[4] ?? "0");
  if (books.reversedUnseen.has(key)) {
    return refuse(CODES.doNotHonour);
  }
  if (card === undefined) {
    return refuse(CODES.invalidCard);
  }
  const original = originalOf(message);
  if (original !== undefined) {
    return decideIncrement(books, message, card, keyOfOriginal(original), asked);
  }
  const unusable = refusalOfCard(card, circumstances.at);
  if (unusable !== undefined) {
    return refuse(unusable);
  }
  const pin = fields[52] === undefined ? undefined : decidePin(card, message, circumstances);
  if (pin !== undefined && pin.code !== CODES.approved) {
    return pin;
  }
  const before = pin?.effects ?? [];
  const refusal =
    (fields[49] === books.accounts.get(card.account)?.currency ? undefined : CODES.notPermitted) ??
    (asked === 0n ? CODES.invalidAmount : refusalOfRules(books, card, message, asked, circumstances.at));
  if (refusal !== undefined) {
    return { code: refusal, effects: before };
  }
  const available = availableMinor(books, card.account);
  const takesPart = unpackPrivateData(fields[48])["PA"] === "1";
  const approved = asked <= available ? asked : takesPart ? available : 0n;
  if (approved <= 0n) {
    return { code: CODES.insufficientFunds, effects: before };
  }
  const decision = approve(
    message,
    pin === undefined ? card : { ...card, pinFailures: 0 },
    asked,
    approved,
    circumstances,
  );
  return { ...decision, effects: [...before, ...decision.effects] };
}

function approve(
  message: IsoMessage,
  card: Card,
  asked: bigint,
  approved: bigint,
  { at, newApprovalCode }: Circumstances,
): Decision {
  const takenAtOnce = message.mti.startsWith("02");
  const holdMs = unpackPrivateData(message.fields[48])["HS"];
  const authorization: Authorization = {
    pan: card.pan,
    state: takenAtOnce ? "C" : "A",
    requestedMinor: asked,
    approvedMinor: approved,
    heldMinor: takenAtOnce ? 0n : approved,
    reversedMinor: 0n,
    clearedMinor: takenAtOnce ? approved : 0n,
    refundedMinor: 0n,
    disputedMinor: 0n,
    chargedBackMinor: 0n,
    approvalCode: newApprovalCode(),
    atMs: at.getTime(),
    expiresAtMs: at.getTime() + (holdMs === undefined ? HOLD_MS : Number(holdMs) * 1_000),
    version: 1,
  };
  const used: Effect[] = card.isSingleUse
    ? [{ kind: "card", card: { ...card, state: "C", closeReason: USED, version: card.version + 1 } }]
    : [];
  return {
    code: approved < asked ? CODES.approvedInPart : CODES.approved,
    effects: [...used, { kind: "authorization", key: exchangeKeyOf(message), authorization }],
    fields: {
      4: packAmount(approved),
      // Amount type 57: what was asked for.
      ...(approved < asked ? { 54: `0057${message.fields[49]}D${packAmount(asked)}` } : {}),
      ...describeAuthorization(authorization),
    },
  };
}

/** Close reason of a single-use card that was used, as field 120 writes it. */
const USED = "5";

function decideIncrement(books: Books, message: IsoMessage, card: Card, key: string, asked: bigint): Decision {
  const before = books.authorizations.get(key);
  if (before === undefined || before.pan !== card.pan) {
    return refuse(CODES.noSuchRecord);
  }
  const told = describeAuthorization(before);
  if (before.state !== "A") {
    return refuse(CODES.invalidTransaction, told);
  }
  if (message.fields[49] !== books.accounts.get(card.account)?.currency) {
    return refuse(CODES.notPermitted, told);
  }
  if (asked === 0n) {
    return refuse(CODES.invalidAmount, told);
  }
  if (asked > availableMinor(books, card.account)) {
    return refuse(CODES.insufficientFunds, told);
  }
  const changes = { approvedMinor: before.approvedMinor + asked, heldMinor: before.heldMinor + asked };
  return changeAuthorization(key, before, changes, [
    { kind: "increment", key: exchangeKeyOf(message), increment: { authorization: key, amountMinor: asked } },
  ]);
}
