/** A movement of money between two accounts, or a step of one. */
import type { Id } from "./id.ts";
import type { Metadata } from "./metadata.ts";

/** Places in a movement; the numbers are those of the log. An expiry is booked by the ledger itself. */
export const PHASE = { single: 0, pending: 1, post: 2, void: 3, expiry: 4 } as const;
/** A place in a movement. */
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** Bits of `flags`; the numbers are those of the log. */
export const FLAG = {
  linked: 1,
  balancingDebit: 2,
  balancingCredit: 4,
  closingDebit: 8,
  closingCredit: 16,
  imported: 32,
} as const;

/** What a caller asks for and what is booked have in common. */
interface TransferFields {
  /** Of an expiry: zero. */
  readonly id: Id;
  readonly phase: Phase;
  readonly flags: number;
  /** Account whose debits grow. Zero: not given. */
  readonly debitAccountId: Id;
  /** Account whose credits grow. Zero: not given. */
  readonly creditAccountId: Id;
  /** ISO 4217; empty where no amount is given. */
  readonly currencyCode: string;
  /** 0: not given. */
  readonly code: number;
  /** Pending transfer that is posted, voided or expired. Zero: none. */
  readonly pendingId: Id;
  /** 0: never. */
  readonly timeoutSeconds: number;
  readonly metadata: Metadata;
  /** Transfer that is reversed. Zero: none. */
  readonly reversesId: Id;
}

/** A transfer as a caller asks for it. */
export interface NewTransfer extends TransferFields {
  /** Minor units; undefined where none is given. */
  readonly amount: bigint | undefined;
  /** Days since 1970-01-01; undefined where none is given, NaN where it is no day. */
  readonly valueDate: number | undefined;
  /** Nanoseconds since the epoch; undefined where it is not an import. */
  readonly importTimeNs: bigint | undefined;
}

/** What has become of a pending transfer. */
export type PendingState = "pending" | "posted" | "voided" | "expired";

/** A transfer as it was booked: the log's rows. */
export interface Transfer extends TransferFields {
  /** Minor units that it moves, reserves or releases. */
  readonly amount: bigint;
  /** Of a post, void or expiry: the minor units that are no longer reserved. Else 0. */
  readonly released: bigint;
  /** Days since 1970-01-01; undefined: the day of booking. */
  readonly valueDate: number | undefined;
  readonly ledger: number;
  /** Nanoseconds since the epoch. */
  readonly bookTimeNs: bigint;
  /** Of a pending one: what has become of it. */
  state: PendingState | undefined;
  /** Minor units of it that were reversed. */
  reversed: bigint;
}

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_DAY = 86_400n * NS_PER_SECOND;

/** When a pending transfer expires, in nanoseconds since the epoch; undefined: never. */
export function expiryTimeNs(transfer: Transfer): bigint | undefined {
  return transfer.timeoutSeconds === 0
    ? undefined
    : transfer.bookTimeNs + BigInt(transfer.timeoutSeconds) * NS_PER_SECOND;
}

/** Day of booking in UTC, in days since 1970-01-01. */
export function bookingDayOf({ bookTimeNs }: Transfer): number {
  return Number(bookTimeNs / NS_PER_DAY);
}

/** Day from which the movement counts, in days since 1970-01-01. */
export function valueDateOf(transfer: Transfer): number {
  return transfer.valueDate ?? bookingDayOf(transfer);
}
