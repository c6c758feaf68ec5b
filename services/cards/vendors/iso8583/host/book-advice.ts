/** Advices 0220 (clearing, refund) and 0422 (chargeback): what has happened and is booked, whatever the card's state is. */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal, originalOf } from "../link/original.ts";
import { unpackPrivateData } from "../link/private-data.ts";
import type { Books, Effect } from "./books.ts";
import { CODES, type Decision, refuse } from "./decision.ts";
import { exchangeKeyOf } from "./exchange-key.ts";

/** Field 3, first two digits: a credit to the holder. */
const REFUND = "20";

/** Books an advice. More than was authorized is booked too: the merchant has delivered. */
export function bookAdvice(books: Books, message: IsoMessage): Decision {
  const { fields } = message;
  const card = books.cards.get(fields[2] ?? "");
  const amount = BigInt(fields[4] ?? "0");
  if (card === undefined) {
    return refuse(CODES.invalidCard);
  }
  if (amount === 0n || fields[49] !== books.accounts.get(card.account)?.currency) {
    return refuse(CODES.invalidAmount);
  }
  const isCredit = fields[3]?.startsWith(REFUND) || message.mti.startsWith("042");
  const original = originalOf(message);
  const key = original === undefined ? undefined : keyOfOriginal(original);
  const authorization = key === undefined || isCredit ? undefined : books.authorizations.get(key);
  const effects: Effect[] = [
    {
      kind: "posting",
      key: exchangeKeyOf(message),
      posting: {
        account: card.account,
        amountMinor: isCredit ? amount : -amount,
        ...(authorization === undefined || key === undefined ? {} : { authorization: key }),
      },
    },
  ];
  if (authorization !== undefined && key !== undefined) {
    const isFinal = unpackPrivateData(fields[48])["FN"] === "1";
    const left = authorization.openMinor > amount ? authorization.openMinor - amount : 0n;
    effects.push({
      kind: "authorization",
      key,
      authorization: {
        ...authorization,
        openMinor: isFinal ? 0n : left,
        clearedMinor: authorization.clearedMinor + amount,
      },
    });
  }
  return { code: CODES.approved, effects };
}
