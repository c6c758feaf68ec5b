/** Fields 90 and 95: which message another is about, and what remains of its amount. */
import type { IsoMessage } from "./codec.ts";
import type { ExchangeNumbers } from "./numbers.ts";

/** The message that another is about. */
export interface Original extends Pick<ExchangeNumbers, "stan" | "transmitted"> {
  readonly mti: string;
}

/** Field 90, n42: type, trace number, time of transmission, acquirer and forwarder (zeros: those of this message). */
export function packOriginal({ mti, stan, transmitted }: Original): string {
  return `${mti}${stan}${transmitted}`.padEnd(42, "0");
}

/** Reads field 90; undefined where the message has none. */
export function originalOf({ fields }: IsoMessage): Original | undefined {
  const text = fields[90];
  return text === undefined
    ? undefined
    : { mti: text.slice(0, 4), stan: text.slice(4, 10), transmitted: text.slice(10, 20) };
}

/** By what a host knows an exchange: its type without repeat, its trace number and its time of transmission. */
export function keyOfOriginal({ mti, stan, transmitted }: Original): string {
  return `${mti.slice(0, 3)}${Number(mti[3]) & ~1}/${stan}/${transmitted}`;
}

/** Field 95, an42: the amount that remains of the transaction, then zeros for what is not used here. */
export function packReplacement(remainingMinor: bigint): string {
  return packAmount(remainingMinor).padEnd(42, "0");
}

/** Reads field 95; undefined where the message has none: nothing remains. */
export function replacementOf({ fields }: IsoMessage): bigint | undefined {
  const text = fields[95];
  return text === undefined ? undefined : BigInt(text.slice(0, 12));
}

/** Field 4 and its kin, n12, in minor units. */
export function packAmount(minor: bigint): string {
  return String(minor).padStart(12, "0");
}

/** Most that field 4 can hold, in minor units. */
export const MAX_AMOUNT_MINOR = 999_999_999_999n;
