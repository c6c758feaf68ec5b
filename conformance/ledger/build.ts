/** What clauses send. Amounts in minor units of BRL unless told otherwise. */
import type { Message, MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { v7 } from "uuid";
import {
  type AccountSchema,
  BalanceConstraint,
  TransferPhase,
  type TransferSchema,
} from "#gen/malla/ledger/v1/ledger_pb.js";

/** An account to make. */
export type AccountInit = Exclude<MessageInitShape<typeof AccountSchema>, Message>;
/** A transfer to book. */
export type TransferInit = Exclude<MessageInitShape<typeof TransferSchema>, Message>;
/** What has an id. */
export interface Identified {
  readonly id: string;
}

export const ZERO_ID = "00000000-0000-0000-0000-000000000000";
export const MAX_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/** The largest amount and the largest sum. */
export const MAX = 2n ** 63n - 1n;

/** A new id, ordered by time. */
export const newId = (): string => v7();

/** An amount in BRL. */
export const brl = (minorUnits: bigint) => ({ currencyCode: "BRL", minorUnits });

/** An unbounded account in BRL. */
export function account(over: AccountInit = {}): AccountInit & Identified {
  return { ledger: 1, currencyCode: "BRL", code: 10, ...over, id: over.id ?? newId() };
}

/** An account that never owes more than its overdraft. */
export function deposit(overdraftLimit = 0n, over: AccountInit = {}): AccountInit & Identified {
  return account({ balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS, overdraftLimit, ...over });
}

/** An account that never gives more than it holds. */
export function vault(overdraftLimit = 0n, over: AccountInit = {}): AccountInit & Identified {
  return account({ balanceConstraint: BalanceConstraint.CREDITS_MUST_NOT_EXCEED_DEBITS, overdraftLimit, ...over });
}

/** A transfer that moves money at once. */
export function transfer(
  debit: Identified,
  credit: Identified,
  minorUnits: bigint,
  over: TransferInit = {},
): TransferInit & Identified {
  return {
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    amount: brl(minorUnits),
    code: 1,
    ...over,
    id: over.id ?? newId(),
  };
}

/** A transfer that reserves an amount. */
export function pending(
  debit: Identified,
  credit: Identified,
  minorUnits: bigint,
  over: TransferInit = {},
): TransferInit & Identified {
  return transfer(debit, credit, minorUnits, { phase: TransferPhase.PENDING, ...over });
}

/** Posts a pending transfer: all of it, unless an amount is given. */
export function post(of: Identified, minorUnits?: bigint, over: TransferInit = {}): TransferInit & Identified {
  return {
    phase: TransferPhase.POST_PENDING,
    pendingId: of.id,
    ...(minorUnits === undefined ? {} : { amount: brl(minorUnits) }),
    ...over,
    id: over.id ?? newId(),
  };
}

/** Voids a pending transfer. */
export function cancel(of: Identified, over: TransferInit = {}): TransferInit & Identified {
  return { phase: TransferPhase.VOID_PENDING, pendingId: of.id, ...over, id: over.id ?? newId() };
}

/** The same thing with an id of its own. */
export function renewed<Item extends object>(item: Item): Item & Identified {
  return { ...item, id: newId() };
}

/** Midnight in UTC of a day, e.g. "2020-01-31". */
export function timeOf(text: string): Timestamp {
  return timestampFromMs(Date.parse(text));
}

/** A time in nanoseconds since 1970. */
export function nanosOf(time: { readonly seconds: bigint; readonly nanos: number } | undefined): bigint {
  return time === undefined ? -1n : time.seconds * 1_000_000_000n + BigInt(time.nanos);
}

/** A day from "2026-01-31". */
export function dayOf(text: string): { year: number; month: number; day: number } {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return { year, month, day };
}
