/** The host as a whole: books, journal, and the memory of what was answered, so that a repeat is answered alike. */
import { randomInt } from "node:crypto";
import { appendCheckDigit } from "../link/check-digit.ts";
import type { IsoMessage } from "../link/codec.ts";
import { answerTypeOf } from "../link/exchange.ts";
import type { AccountNamed } from "./accounts.ts";
import { apply, availableMinor, createBooks, type Effect } from "./books.ts";
import { decide } from "./decide.ts";
import type { Circumstances } from "./decision.ts";
import { exchangeKeyOf } from "./exchange-key.ts";
import { expiries } from "./expire.ts";
import { openJournal } from "./journal.ts";
import type { ZoneKeys } from "./pin.ts";

/** A host that runs. */
export interface CardHost {
  /** Does what a message asks for, durably, and gives the answer. */
  process(message: IsoMessage): IsoMessage;
  /** The books as they are shown to an operator. */
  show(): unknown;
  close(): void;
}

/** What it needs. */
export interface CardHostOptions {
  readonly journalFile: string;
  readonly iin: string;
  readonly accountNamed: AccountNamed;
  readonly zoneKeys: ZoneKeys;
}

/** A line of the journal. */
interface Entry {
  readonly at: string;
  /** Numbers and retrieval reference of the exchange. */
  readonly key: string;
  readonly effects: readonly Effect[];
  readonly answer: IsoMessage;
}

/** Digits of a card's number between the IIN and the check digit. */
const ACCOUNT_DIGITS = 7;
const APPROVAL_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
const APPROVAL_LENGTH = 6;
const SECURITY_DIGITS = 3;

/** Opens the host on its journal. */
export function openCardHost({ journalFile, iin, accountNamed, zoneKeys }: CardHostOptions): CardHost {
  const books = createBooks();
  const answers = new Map<string, IsoMessage>();
  const take = ({ key, effects, answer }: Omit<Entry, "at">) => {
    for (const effect of effects) {
      apply(books, effect);
    }
    answers.set(key, answer);
  };
  const journal = openJournal<Entry>(journalFile, parseEntry, take);
  const circumstances = (): Circumstances => ({
    at: new Date(),
    newPan() {
      for (;;) {
        const account = String(randomInt(10 ** ACCOUNT_DIGITS)).padStart(ACCOUNT_DIGITS, "0");
        const pan = appendCheckDigit(`${iin}${account}`);
        if (!books.cards.has(pan)) {
          return pan;
        }
      }
    },
    newApprovalCode: () =>
      Array.from({ length: APPROVAL_LENGTH }, () => APPROVAL_CHARACTERS[randomInt(APPROVAL_CHARACTERS.length)]).join(
        "",
      ),
    newSecurityCode: () => String(randomInt(10 ** SECURITY_DIGITS)).padStart(SECURITY_DIGITS, "0"),
    zoneKeys,
    accountNamed,
  });
  return {
    process(message) {
      const key = `${exchangeKeyOf(message)}/${message.fields[37]}`;
      const before = answers.get(key);
      if (before !== undefined) {
        return before;
      }
      const now = circumstances();
      const expired = expiries(books, now.at);
      for (const effect of expired) {
        apply(books, effect);
      }
      const { code, effects, fields } = decide(books, message, now);
      const answer = answerOf(message, code, fields);
      journal.append(toPlain({ at: now.at.toISOString(), key, effects: [...expired, ...effects], answer }));
      take({ key, effects, answer });
      return answer;
    },
    show: () =>
      toPlain({
        accounts: [...books.accounts].map(([id, account]) => ({
          id,
          ...account,
          availableMinor: availableMinor(books, id),
        })),
        authorizations: [...books.authorizations].map(([key, { pan: _, ...authorization }]) => ({
          key,
          ...authorization,
        })),
      }),
    close: () => journal.close(),
  };
}

/** Fields that an answer repeats from its request. */
const REPEATED = [2, 3, 4, 7, 11, 37, 41, 42, 49, 90, 95] as const;

function answerOf({ mti, fields }: IsoMessage, code: string, own: IsoMessage["fields"] = {}): IsoMessage {
  const repeated = Object.fromEntries(REPEATED.map((field) => [field, fields[field]]));
  return { mti: answerTypeOf(mti), fields: { ...repeated, 39: code, ...own } };
}

/** Amounts as JSON has them: "12n" for what is 12 minor units. */
function toPlain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? `${part}n` : part)));
}

function parseEntry(line: string): Entry {
  // The journal is the host's own file; nothing else writes it.
  return JSON.parse(line, (_key, part) =>
    typeof part === "string" && /^-?\d+n$/.test(part) ? BigInt(part.slice(0, -1)) : part,
  );
}
