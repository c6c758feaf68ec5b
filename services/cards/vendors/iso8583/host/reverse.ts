/** Reversals: 0400 as its holder asks for it, 0420 because no answer came. */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf } from "../link/original.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import type { Authorization, Books } from "./books.ts";
import { CODES, changeAuthorization, type Decision, describeAuthorization, refuse } from "./decision.ts";

/**
 * Decides a request 0400: gives back what field 48 says (RA), or all that is held. Field 95 tells what remains by the
 * asker's reckoning; this host goes by its own books.
 */
export function decideReversal(books: Books, message: IsoMessage): Decision {
  const original = originalOf(message);
  const key = original === undefined ? "" : keyOfOriginal(original);
  const before = books.authorizations.get(key);
  if (before === undefined) {
    return refuse(CODES.noSuchRecord);
  }
  const told = describeAuthorization(before);
  if (before.state !== "A") {
    return refuse(CODES.invalidTransaction, told);
  }
  const part = unpackPrivateData(message.fields[48])["RA"];
  const amount = part === undefined ? before.heldMinor : BigInt(part);
  if (amount > before.heldMinor || (part !== undefined && amount === 0n)) {
    return refuse(CODES.invalidAmount, told);
  }
  return changeAuthorization(key, before, released(before, amount, part === undefined));
}

/** Books an advice 0420: takes back whatever the other message did, if it did anything, and for good. */
export function takeBack(books: Books, message: IsoMessage): Decision {
  const original = originalOf(message);
  if (original === undefined) {
    return refuse(CODES.formatError);
  }
  const key = keyOfOriginal(original);
  const increment = books.increments.get(key);
  const target = increment?.authorization ?? key;
  const before = books.authorizations.get(target);
  if (before === undefined) {
    // It may still come, from a line that was slow: then it is refused.
    return { code: CODES.noSuchRecord, effects: [{ kind: "reversed_unseen", key }] };
  }
  if (increment !== undefined) {
    const amount = increment.amountMinor < before.heldMinor ? increment.amountMinor : before.heldMinor;
    return changeAuthorization(target, before, released(before, amount, false), [
      { kind: "increment", key, increment: { ...increment, amountMinor: 0n } },
    ]);
  }
  // What nobody was told of can have been held or taken, and nothing else.
  return changeAuthorization(target, before, {
    state: "R",
    heldMinor: 0n,
    clearedMinor: 0n,
    reversedMinor: before.reversedMinor + before.heldMinor + before.clearedMinor,
  });
}

/** Less held; ended where nothing is left and it was all that was asked for. */
function released(before: Authorization, amount: bigint, isWhole: boolean): Partial<Authorization> {
  const heldMinor = before.heldMinor - amount;
  const ended = before.clearedMinor > 0n ? ("C" as const) : ("R" as const);
  return {
    heldMinor,
    reversedMinor: before.reversedMinor + amount,
    ...(isWhole || heldMinor === 0n ? { state: ended } : {}),
  };
}
