/** By what the host knows an exchange again: as field 90 will name it. */
import type { IsoMessage } from "../link/codec.ts";
import { keyOfOriginal } from "../link/original.ts";

/** The same for a message and its repeats. */
export function exchangeKeyOf({ mti, fields }: IsoMessage): string {
  return keyOfOriginal({ mti, stan: fields[11] ?? "", transmitted: fields[7] ?? "" });
}
