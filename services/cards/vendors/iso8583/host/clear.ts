/** Advices 0220: money taken for an authorization, or given back by the merchant (field 3: 20). */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf } from "../link/original.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import { type Authorization, availableMinor, type Books } from "./books.ts";
import { CODES, changeAuthorization, type Decision, describeAuthorization, refuse } from "./decision.ts";

/** By how much more than what was approved may be taken, as a part of it: a fifth. */
const TOLERANCE_PART = 5n;
/** Field 3, first two digits: a credit to the holder. */
const REFUND = "20";

/** Decides a clearing or a refund. */
export function decideClearing(books: Books, message: IsoMessage): Decision {
  const { fields } = message;
  const original = originalOf(message);
  const key = original === undefined ? "" : keyOfOriginal(original);
  const before = books.authorizations.get(key);
  const card = before === undefined ? undefined : books.cards.get(before.pan);
  if (before === undefined || card === undefined || card.pan !== fields[2]) {
    return refuse(CODES.noSuchRecord);
  }
  const told = describeAuthorization(before);
  if (fields[49] !== books.accounts.get(card.account)?.currency) {
    return refuse(CODES.notPermitted, told);
  }
  const amount = BigInt(fields[4] ?? "0");
  if (amount === 0n) {
    return refuse(CODES.invalidAmount, told);
  }
  if (fields[3]?.startsWith(REFUND)) {
    return amount > givableMinor(before)
      ? refuse(CODES.invalidAmount, told)
      : changeAuthorization(key, before, { refundedMinor: before.refundedMinor + amount });
  }
  if (before.state !== "A" && before.state !== "X") {
    return refuse(CODES.invalidTransaction, told);
  }
  const standing = before.approvedMinor - before.reversedMinor;
  if (before.clearedMinor + amount > standing + standing / TOLERANCE_PART) {
    return refuse(CODES.invalidAmount, told);
  }
  const fromHeld = amount < before.heldMinor ? amount : before.heldMinor;
  const isFinal = unpackPrivateData(fields[48])["FN"] === "1";
  const left = before.heldMinor - fromHeld;
  // What the final one gives back is there for it, too.
  const available = availableMinor(books, card.account) + (isFinal ? left : 0n);
  if (amount - fromHeld > available) {
    return refuse(CODES.insufficientFunds, told);
  }
  return changeAuthorization(key, before, {
    state: isFinal || before.state === "X" ? "C" : "A",
    heldMinor: isFinal ? 0n : left,
    clearedMinor: before.clearedMinor + amount,
  });
}

/** What was taken and not given back in any way. */
export function givableMinor(authorization: Authorization): bigint {
  const { clearedMinor, refundedMinor, disputedMinor, chargedBackMinor } = authorization;
  return clearedMinor - refundedMinor - disputedMinor - chargedBackMinor;
}
