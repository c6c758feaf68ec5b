/** What the naive ledger keeps, lists of what was booked, and what is read off them, summed up anew each time. */
import type { Balance, NewAccount } from "../account.ts";
import type { Id } from "../id.ts";
import type { TransientStatus } from "../result.ts";
import type { NewTransfer } from "../transfer.ts";

/** An account as it was made. */
export interface OracleAccount extends NewAccount {
  readonly kind: "account";
  readonly createTimeNs: bigint;
}

/** A transfer, or an expiry, as it was booked; what it left out is filled in. */
export interface OracleTransfer extends Omit<NewTransfer, "importTimeNs"> {
  readonly kind: "transfer";
  readonly amount: bigint;
  readonly released: bigint;
  readonly ledger: number;
  readonly bookTimeNs: bigint;
}

/** An id that is spent. */
export interface OracleFailure {
  readonly kind: "failure";
  readonly id: Id;
  readonly status: TransientStatus;
}

/** What was booked. */
export type OracleEvent = OracleAccount | OracleTransfer | OracleFailure;

/** One tenant's ledger. */
export interface Oracle {
  /** All that was booked, in order. */
  events: OracleEvent[];
}

/** Numbers of the contract's phases and flags, as the log writes them. */
export const SINGLE = 0;
export const PENDING = 1;
export const POST = 2;
export const VOID = 3;
export const EXPIRY = 4;
export const LINKED = 1;
export const BALANCING_DEBIT = 2;
export const BALANCING_CREDIT = 4;
export const CLOSING_DEBIT = 8;
export const CLOSING_CREDIT = 16;
export const NO_ID: Id = "\0".repeat(16);
const NS_PER_SECOND = 1_000_000_000n;

export function accountOf(oracle: Oracle, id: Id): OracleAccount | undefined {
  for (const event of oracle.events) {
    if (event.kind === "account" && event.id === id) return event;
  }
  return undefined;
}

export function transfersOf(oracle: Oracle): OracleTransfer[] {
  return oracle.events.filter((event) => event.kind === "transfer");
}

export function transferOf(oracle: Oracle, id: Id): OracleTransfer | undefined {
  return id === NO_ID ? undefined : transfersOf(oracle).find((transfer) => transfer.id === id);
}

export function isResolution({ phase }: { readonly phase: number }): boolean {
  return phase === POST || phase === VOID;
}

/** What has become of a pending transfer. */
export function stateOf(oracle: Oracle, pending: OracleTransfer): "pending" | "posted" | "voided" | "expired" | "none" {
  if (pending.phase !== PENDING) return "none";
  const end = transfersOf(oracle).find(({ pendingId }) => pendingId === pending.id);
  if (end === undefined) return "pending";
  return end.phase === POST ? "posted" : end.phase === VOID ? "voided" : "expired";
}

/** When a pending transfer expires, where it does. */
export function expiryOf({ bookTimeNs, timeoutSeconds }: OracleTransfer): bigint {
  return bookTimeNs + BigInt(timeoutSeconds) * NS_PER_SECOND;
}

/** Sums up what an account holds. */
export function balanceOf(oracle: Oracle, id: Id): Balance {
  const all = transfersOf(oracle);
  const sum = (some: OracleTransfer[]) => some.reduce((total, { amount }) => total + amount, 0n);
  const posted = all.filter(({ phase }) => phase === SINGLE || phase === POST);
  const pending = all.filter((transfer) => stateOf(oracle, transfer) === "pending");
  return {
    debitsPosted: sum(posted.filter(({ debitAccountId }) => debitAccountId === id)),
    creditsPosted: sum(posted.filter(({ creditAccountId }) => creditAccountId === id)),
    debitsPending: sum(pending.filter(({ debitAccountId }) => debitAccountId === id)),
    creditsPending: sum(pending.filter(({ creditAccountId }) => creditAccountId === id)),
  };
}

/** Closed as it was made, or by a pending transfer that was neither voided nor expired. */
export function isClosed(oracle: Oracle, id: Id): boolean {
  const closes = (transfer: OracleTransfer) =>
    ((transfer.flags & CLOSING_DEBIT) !== 0 && transfer.debitAccountId === id) ||
    ((transfer.flags & CLOSING_CREDIT) !== 0 && transfer.creditAccountId === id);
  return (
    accountOf(oracle, id)?.madeClosed === true ||
    transfersOf(oracle).some(
      (transfer) =>
        transfer.phase === PENDING && closes(transfer) && !["voided", "expired"].includes(stateOf(oracle, transfer)),
    )
  );
}

/** The time that is given now: later than every one before, whatever the clock says. */
export function nextTime(oracle: Oracle, nowNs: bigint): bigint {
  let last = 0n;
  for (const event of oracle.events) {
    const time = event.kind === "account" ? event.createTimeNs : event.kind === "transfer" ? event.bookTimeNs : 0n;
    last = time > last ? time : last;
  }
  return nowNs > last ? nowNs : last + 1n;
}

/** Orders times. */
export function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
