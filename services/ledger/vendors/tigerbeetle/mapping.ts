/** Fields of the contract to TigerBeetle's, and back. */
import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { BalanceConstraint, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { ACCOUNT_FLAG, TRANSFER_FLAG } from "./tigerbeetle.ts";

/** What an account's flags say. */
export interface AccountKind {
  readonly balanceConstraint: BalanceConstraint;
  readonly keepsHistory: boolean;
  readonly closed: boolean;
  readonly isImported: boolean;
}

/** What a transfer's flags say. */
export interface TransferKind {
  readonly phase: TransferPhase;
  readonly linked: boolean;
  readonly balancingDebit: boolean;
  readonly balancingCredit: boolean;
  readonly closingDebit: boolean;
  readonly closingCredit: boolean;
  readonly isImported: boolean;
}

const CONSTRAINT_FLAGS = {
  [BalanceConstraint.UNSPECIFIED]: 0,
  [BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS]: ACCOUNT_FLAG.debitsMustNotExceedCredits,
  [BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS]: ACCOUNT_FLAG.creditsMustNotExceedDebits,
} as const satisfies Record<BalanceConstraint, number>;

const PHASE_FLAGS = {
  [TransferPhase.UNSPECIFIED]: 0,
  [TransferPhase.PENDING]: TRANSFER_FLAG.pending,
  [TransferPhase.POST_PENDING]: TRANSFER_FLAG.post,
  [TransferPhase.VOID_PENDING]: TRANSFER_FLAG.void,
} as const satisfies Record<TransferPhase, number>;

/** Flags of an account. */
export function toAccountFlags(kind: AccountKind): number {
  return (
    CONSTRAINT_FLAGS[kind.balanceConstraint] |
    (kind.keepsHistory ? ACCOUNT_FLAG.history : 0) |
    (kind.closed ? ACCOUNT_FLAG.closed : 0) |
    (kind.isImported ? ACCOUNT_FLAG.imported : 0)
  );
}

/** What an account's flags say. */
export function fromAccountFlags(flags: number): AccountKind {
  const has = (flag: number) => (flags & flag) !== 0;
  return {
    balanceConstraint: has(ACCOUNT_FLAG.debitsMustNotExceedCredits)
      ? BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS
      : has(ACCOUNT_FLAG.creditsMustNotExceedDebits)
        ? BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS
        : BalanceConstraint.UNSPECIFIED,
    keepsHistory: has(ACCOUNT_FLAG.history),
    closed: has(ACCOUNT_FLAG.closed),
    isImported: has(ACCOUNT_FLAG.imported),
  };
}

/** Flags of a transfer. */
export function toTransferFlags(kind: TransferKind): number {
  return (
    PHASE_FLAGS[kind.phase] |
    (kind.linked ? TRANSFER_FLAG.linked : 0) |
    (kind.balancingDebit ? TRANSFER_FLAG.balancingDebit : 0) |
    (kind.balancingCredit ? TRANSFER_FLAG.balancingCredit : 0) |
    (kind.closingDebit ? TRANSFER_FLAG.closingDebit : 0) |
    (kind.closingCredit ? TRANSFER_FLAG.closingCredit : 0) |
    (kind.isImported ? TRANSFER_FLAG.imported : 0)
  );
}

/** What a transfer's flags say. */
export function fromTransferFlags(flags: number): TransferKind {
  const has = (flag: number) => (flags & flag) !== 0;
  return {
    phase: has(TRANSFER_FLAG.pending)
      ? TransferPhase.PENDING
      : has(TRANSFER_FLAG.post)
        ? TransferPhase.POST_PENDING
        : has(TRANSFER_FLAG.void)
          ? TransferPhase.VOID_PENDING
          : TransferPhase.UNSPECIFIED,
    linked: has(TRANSFER_FLAG.linked),
    balancingDebit: has(TRANSFER_FLAG.balancingDebit),
    balancingCredit: has(TRANSFER_FLAG.balancingCredit),
    closingDebit: has(TRANSFER_FLAG.closingDebit),
    closingCredit: has(TRANSFER_FLAG.closingCredit),
    isImported: has(TRANSFER_FLAG.imported),
  };
}

/** A day of the calendar. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A day as a number that reads as one, 20261231, and sorts as days do; undefined where the calendar has no such day. */
export function toDayNumber({ year, month, day }: Day): number | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) {
    return undefined;
  }
  const daysOfMonth = new Date(0);
  // The day before the first of the next month; setUTCFullYear takes years below 100 for what they are.
  daysOfMonth.setUTCFullYear(year, month, 0);
  return day <= daysOfMonth.getUTCDate() ? year * 10_000 + month * 100 + day : undefined;
}

/** The day that a number stands for. */
export function fromDayNumber(number: number): Day {
  return { year: Math.floor(number / 10_000), month: Math.floor(number / 100) % 100, day: number % 100 };
}

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** The day in UTC of a time in nanoseconds since the epoch. */
export function dayNumberOfTime(timeNs: bigint): number {
  const date = new Date(Number(timeNs / NS_PER_MS));
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** TigerBeetle's time, in nanoseconds since the epoch, as callers see it. */
export function fromTimeNs(timeNs: bigint): Timestamp {
  return create(TimestampSchema, { seconds: timeNs / NS_PER_SECOND, nanos: Number(timeNs % NS_PER_SECOND) });
}

/** A caller's time in nanoseconds since the epoch. */
export function toTimeNs({ seconds, nanos }: Timestamp): bigint {
  return seconds * NS_PER_SECOND + BigInt(nanos);
}

/** The last of TigerBeetle's times: 2262. */
export const MAX_TIME_NS = 2n ** 63n - 1n;

/** A time of import; one that TigerBeetle's 63 bits cannot hold becomes one that it refuses as out of range. */
export function toImportTimeNs(time: Timestamp): bigint {
  const timeNs = toTimeNs(time);
  return timeNs < 0n || timeNs > MAX_TIME_NS ? MAX_TIME_NS + 1n : timeNs;
}

/** A sum as Money has it. @throws where it passes 2^63-1: stopping is better than showing what is not. */
export function toMinorUnits(sum: bigint): bigint {
  if (sum < 0n || sum > 2n ** 63n - 1n) {
    throw new Error("a sum in TigerBeetle is beyond the 64 bits of the contract");
  }
  return sum;
}
