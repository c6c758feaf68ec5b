/** How the card met the merchant, in fields 3, 22 and 43. */
import type { IsoMessage } from "./codec.ts";

/** Channels by a letter: chip, contactless, magnetic stripe, Internet, cash machine, recurring, not said. */
export type ChannelCode = "C" | "T" | "M" | "E" | "A" | "R" | "U";

/** Field 22, first two digits, of ISO 8583:1987 and its common extensions; a cash machine is told by field 3. */
const ENTRY_MODES: Readonly<Record<ChannelCode, string>> = {
  C: "051",
  T: "071",
  M: "021",
  E: "812",
  A: "051",
  R: "102",
  U: "000",
};
/** Field 3: purchase, cash. */
const PURCHASE = "000000";
const CASH = "010000";
/** Name and place, then the country in the last two of 40. */
const NAME_LENGTH = 38;
const COUNTRY_LENGTH = 2;

/** Fields 3 and 22 of a channel. */
export function fieldsOfChannel(channel: ChannelCode): IsoMessage["fields"] {
  return { 3: channel === "A" ? CASH : PURCHASE, 22: ENTRY_MODES[channel] };
}

/** Channel of a message. */
export function channelOf({ fields }: IsoMessage): ChannelCode {
  if (fields[3] === CASH) {
    return "A";
  }
  switch (fields[22]?.slice(0, 2)) {
    case "05":
      return "C";
    case "07":
      return "T";
    case "02":
      return "M";
    case "81":
      return "E";
    case "10":
      return "R";
    default:
      return "U";
  }
}

/** Field 43. */
export function packNameAndPlace(name: string, country: string): string {
  return `${name.slice(0, NAME_LENGTH).padEnd(NAME_LENGTH)}${country}`;
}

/** Country of the merchant. */
export function countryOf({ fields }: IsoMessage): string {
  return fields[43]?.slice(-COUNTRY_LENGTH) ?? "";
}
