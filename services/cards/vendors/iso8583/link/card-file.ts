/** A card in the host's file, in fields 120 to 123 of a file update: what both ends of this link write there. */
import type { IsoMessage } from "./codec.ts";
import { type PrivateData, packPrivateData } from "./private-data.ts";

/** Field 101. */
export const CARD_FILE = "CARD";
/** Field 91. */
export const FILE_UPDATES = { add: "1", change: "2", inquire: "5" } as const;

/** Limits and merchant rules of a card, in minor units; what is absent is not restricted. */
export interface CardRules {
  readonly perTransactionMinor?: bigint;
  /** Within any 24 hours, less what was reversed. */
  readonly perDayMinor?: bigint;
  readonly perDayCount?: number;
  readonly allowedCategories?: readonly string[];
  readonly deniedCategories?: readonly string[];
  readonly allowedCountries?: readonly string[];
  /** Letters of `ChannelCode`. */
  readonly allowedChannels?: readonly string[];
}

/** Characters of a merchant category and of a country, in the lists of fields 121 to 123. */
const CATEGORY_LENGTH = 4;
const COUNTRY_LENGTH = 2;

/** Fields 120 to 123: elements, and rules that take the place of all there were. RU says that there are rules. */
export function packCardFile(data: PrivateData, rules?: CardRules): IsoMessage["fields"] {
  return {
    120: packPrivateData({
      ...data,
      ...(rules === undefined
        ? {}
        : {
            RU: "1",
            PT: rules.perTransactionMinor?.toString(),
            PD: rules.perDayMinor?.toString(),
            PC: rules.perDayCount?.toString(),
            CH: rules.allowedChannels?.join(""),
          }),
    }),
    121: rules?.allowedCategories?.join(""),
    122: rules?.deniedCategories?.join(""),
    123: rules?.allowedCountries?.join(""),
  };
}

/** The rules in a file update; undefined where it has none to say. */
export function unpackRules({ fields }: IsoMessage, data: PrivateData): CardRules | undefined {
  if (data["RU"] === undefined) {
    return undefined;
  }
  const { PT, PD, PC, CH } = data;
  return {
    ...(PT === undefined ? {} : { perTransactionMinor: BigInt(PT) }),
    ...(PD === undefined ? {} : { perDayMinor: BigInt(PD) }),
    ...(PC === undefined ? {} : { perDayCount: Number(PC) }),
    ...(CH === undefined ? {} : { allowedChannels: [...CH] }),
    ...listed("allowedCategories", fields[121], CATEGORY_LENGTH),
    ...listed("deniedCategories", fields[122], CATEGORY_LENGTH),
    ...listed("allowedCountries", fields[123], COUNTRY_LENGTH),
  };
}

function listed<Key extends string>(key: Key, text: string | undefined, length: number) {
  const items = text?.match(new RegExp(`.{${length}}`, "g"));
  return items === null || items === undefined ? {} : ({ [key]: [...items] } as Record<Key, string[]>);
}
