/** Reversals 0400 and 0420: takes back what another message did, all of it or down to what field 95 says remains. */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf, replacementOf } from "../link/original.ts";
import type { Authorization, Books, Effect } from "./books.ts";
import { CODES, type Decision, refuse } from "./decision.ts";
import { exchangeKeyOf } from "./exchange-key.ts";

/** Decides a reversal. What is reversed already stays reversed, and is approved again. */
export function decideReversal(books: Books, message: IsoMessage): Decision {
  const original = originalOf(message);
  if (original === undefined) {
    return refuse(CODES.formatError);
  }
  const key = keyOfOriginal(original);
  const remaining = replacementOf(message) ?? 0n;
  const increment = books.increments.get(key);
  if (increment !== undefined) {
    const authorization = books.authorizations.get(increment.authorization);
    return authorization === undefined
      ? refuse(CODES.noSuchRecord)
      : release(increment.authorization, authorization, increment.amountMinor - remaining, [
          // What remains of it is what a second reversal could take back.
          { kind: "increment", key, increment: { ...increment, amountMinor: remaining } },
        ]);
  }
  const posting = books.postings.get(key);
  if (posting !== undefined) {
    const booked = posting.amountMinor < 0n ? -posting.amountMinor : posting.amountMinor;
    const back = min(remaining, booked) - booked;
    const amountMinor = posting.amountMinor < 0n ? -back : back;
    const left = { ...posting, amountMinor: posting.amountMinor + amountMinor };
    return {
      code: CODES.approved,
      effects: [
        { kind: "posting", key: exchangeKeyOf(message), posting: { account: posting.account, amountMinor } },
        { kind: "posting_left", key, posting: left },
      ],
    };
  }
  const authorization = books.authorizations.get(key);
  if (authorization !== undefined) {
    return release(key, authorization, authorization.openMinor - remaining, []);
  }
  // It may still come, from a line that was slow: then it is refused.
  return { code: CODES.noSuchRecord, effects: [{ kind: "reversed_unseen", key }] };
}

/** Lets go of what is held, at most all of it. */
function release(key: string, before: Authorization, amountMinor: bigint, more: readonly Effect[]): Decision {
  const released = min(before.openMinor, amountMinor < 0n ? 0n : amountMinor);
  const authorization = {
    ...before,
    openMinor: before.openMinor - released,
    approvedMinor: before.approvedMinor - released,
  };
  return { code: CODES.approved, effects: [{ kind: "authorization", key, authorization }, ...more] };
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
