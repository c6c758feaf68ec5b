/** Which answer belongs to which request. */
import type { IsoMessage } from "./codec.ts";

/** Type of the answer to a request; a repeat is answered as what it repeats. */
export function answerTypeOf(mti: string): string {
  const functionDigit = Number(mti[2]);
  const originDigit = Number(mti[3]);
  return `${mti.slice(0, 2)}${functionDigit + 1}${originDigit - (originDigit % 2)}`;
}

/** Type of the repeat of a request. */
export function repeatTypeOf(mti: string): string {
  const originDigit = Number(mti[3]);
  return originDigit % 2 === 1 ? mti : `${mti.slice(0, 3)}${originDigit + 1}`;
}

/** Whether a message asks for an answer: functions 0, 2 are requests and advices, 1, 3 their answers. */
export function isRequest(mti: string): boolean {
  return Number(mti[2]) % 2 === 0;
}

/** What an answer must have in common with its request: type, trace number, time of transmission, retrieval reference. */
export function keyOfRequest({ mti, fields }: IsoMessage): string {
  return `${answerTypeOf(mti)}/${fields[11]}/${fields[7]}/${fields[37] ?? ""}`;
}

/** The same, seen from the answer. */
export function keyOfAnswer({ mti, fields }: IsoMessage): string {
  return `${mti}/${fields[11]}/${fields[7]}/${fields[37] ?? ""}`;
}
