/** Advices 0422: a chargeback is opened (DS "O", over field 4), and ends for the holder ("W") or for the merchant ("L"). */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf } from "../link/original.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import type { Books } from "./books.ts";
import { givableMinor } from "./clear.ts";
import { CODES, changeAuthorization, type Decision, describeAuthorization, refuse } from "./decision.ts";

/** Decides it. One is open at a time. */
export function decideDispute(books: Books, message: IsoMessage): Decision {
  const { fields } = message;
  const original = originalOf(message);
  const key = original === undefined ? "" : keyOfOriginal(original);
  const before = books.authorizations.get(key);
  const currency = books.accounts.get(books.cards.get(before?.pan ?? "")?.account ?? "")?.currency;
  if (before === undefined) {
    return refuse(CODES.noSuchRecord);
  }
  const told = describeAuthorization(before);
  const { disputedMinor, chargedBackMinor } = before;
  switch (unpackPrivateData(fields[48])["DS"]) {
    case "O": {
      const amount = BigInt(fields[4] ?? "0");
      if (disputedMinor > 0n) {
        return refuse(CODES.invalidTransaction, told);
      }
      if (fields[49] !== currency) {
        return refuse(CODES.notPermitted, told);
      }
      return amount === 0n || amount > givableMinor(before)
        ? refuse(CODES.invalidAmount, told)
        : changeAuthorization(key, before, { disputedMinor: amount });
    }
    case "W":
      return disputedMinor === 0n
        ? refuse(CODES.invalidTransaction, told)
        : changeAuthorization(key, before, { disputedMinor: 0n, chargedBackMinor: chargedBackMinor + disputedMinor });
    case "L":
      return disputedMinor === 0n
        ? refuse(CODES.invalidTransaction, told)
        : changeAuthorization(key, before, { disputedMinor: 0n });
    default:
      return refuse(CODES.formatError, told);
  }
}
