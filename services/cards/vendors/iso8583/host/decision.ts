/** What a message leads to, and what deciding it takes besides the books. */
import type { IsoMessage } from "../link/codec.ts";
import { packPrivateData } from "../link/private-data.ts";
import type { Account, Authorization, Effect } from "./books.ts";
import type { ZoneKeys } from "./pin.ts";

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
  /** Three digits for the back of a new card. */
  readonly newSecurityCode: () => string;
  /** Keys that PIN blocks come under. */
  readonly zoneKeys: ZoneKeys;
  /** The account of a name, as the bank has it before it is first used with a card; undefined where there is none. */
  readonly accountNamed: (name: string) => Account | undefined;
}

/** Response codes of ISO 8583:1987, field 39, that this host gives. */
export const CODES = {
  approved: "00",
  doNotHonour: "05",
  approvedInPart: "10",
  invalidTransaction: "12",
  invalidAmount: "13",
  invalidCard: "14",
  noSuchRecord: "25",
  formatError: "30",
  closed: "41",
  stolen: "43",
  insufficientFunds: "51",
  noSuchAccount: "52",
  expired: "54",
  notPermitted: "57",
  exceedsAmount: "61",
  frozen: "62",
  exceedsCount: "65",
  wrongPin: "55",
  pinTriesExceeded: "75",
  notActive: "78",
  pinUnreadable: "81",
} as const;

/** A refusal. */
export function refuse(code: string, fields?: IsoMessage["fields"]): Decision {
  return { code, effects: [], ...(fields === undefined ? {} : { fields }) };
}

/** Where an authorization stands, as answers tell it (field 120) with its approval code (field 38). */
export function describeAuthorization(authorization: Authorization): IsoMessage["fields"] {
  const { state, approvalCode, expiresAtMs, version } = authorization;
  return {
    38: approvalCode,
    120: packPrivateData({
      ST: state,
      RQ: String(authorization.requestedMinor),
      AP: String(authorization.approvedMinor),
      HL: String(authorization.heldMinor),
      RV: String(authorization.reversedMinor),
      CL: String(authorization.clearedMinor),
      RF: String(authorization.refundedMinor),
      DP: String(authorization.disputedMinor),
      CB: String(authorization.chargedBackMinor),
      XT: String(expiresAtMs),
      VN: String(version),
    }),
  };
}

/** The answer that leaves an authorization changed. */
export function changeAuthorization(
  key: string,
  before: Authorization,
  changes: Partial<Authorization>,
  more: readonly Effect[] = [],
): Decision {
  const authorization = { ...before, ...changes, version: before.version + 1 };
  return {
    code: CODES.approved,
    effects: [...more, { kind: "authorization", key, authorization }],
    fields: describeAuthorization(authorization),
  };
}
