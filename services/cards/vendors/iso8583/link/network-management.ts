/** Messages of class 08: sign-on, sign-off and echo. */
import type { IsoMessage } from "./codec.ts";
import type { ExchangeNumbers } from "./numbers.ts";

/** Field 70. */
export const NETWORK_CODES = { signOn: "001", signOff: "002", echo: "301" } as const;

/** A message of network management that the link sends. */
export function networkRequest(code: string, institution: string, numbers: ExchangeNumbers): IsoMessage {
  return {
    mti: "0800",
    fields: { 7: numbers.transmitted, 11: numbers.stan, 33: institution, 70: code },
  };
}

/** The answer to one that came. */
export function networkAnswer({ fields }: IsoMessage, responseCode: string): IsoMessage {
  return {
    mti: "0810",
    fields: { 7: fields[7], 11: fields[11], 33: fields[33], 37: fields[37], 39: responseCode, 70: fields[70] },
  };
}
