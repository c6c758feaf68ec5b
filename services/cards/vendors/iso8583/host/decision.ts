/** What a message leads to, and what deciding it takes besides the books. */
import type { IsoMessage } from "../link/codec.ts";
import type { Effect } from "./books.ts";

/** An answer, and the changes that go with it. */
export interface Decision {
  /** Field 39. */
  readonly code: string;
  readonly effects: readonly Effect[];
  /** Fields of the answer besides those that it repeats from the request. */
  readonly fields?: IsoMessage["fields"];
}

/** What a decision takes from outside, so that deciding itself is repeatable. */
export interface Circumstances {
  readonly at: Date;
  /** Number of a new card. */
  readonly newPan: () => string;
  /** Code of an approval, six letters or digits. */
  readonly newApprovalCode: () => string;
  /** What a new account has. */
  readonly openingMinor: bigint;
}

/** Response codes of ISO 8583:1987, field 39, that this host gives. */
export const CODES = {
  approved: "00",
  doNotHonour: "05",
  invalidTransaction: "12",
  invalidAmount: "13",
  invalidCard: "14",
  noSuchRecord: "25",
  formatError: "30",
  approvedInPart: "10",
  lostOrClosed: "41",
  insufficientFunds: "51",
  expired: "54",
  wrongPin: "55",
  notPermitted: "57",
  exceedsLimit: "61",
  restricted: "62",
  pinTriesExceeded: "75",
  notActive: "78",
  duplicate: "94",
} as const;

/** A refusal. */
export function refuse(code: string): Decision {
  return { code, effects: [] };
}
