/** An account of the ledger: whom it belongs to is the business of others, what bounds it is the ledger's. */
import type { Id } from "./id.ts";
import type { Metadata } from "./metadata.ts";

/** Largest sum of debits or credits that an account can hold, in minor units. */
export const MAX_BALANCE = 2n ** 63n - 1n;

/** What bounds the balance. */
export type BalanceConstraint = "none" | "debits_must_not_exceed_credits" | "credits_must_not_exceed_debits";

/** What an account is, from its making on. */
export interface AccountIdentity {
  readonly id: Id;
  readonly ledger: number;
  /** ISO 4217. */
  readonly currencyCode: string;
  readonly code: number;
  readonly balanceConstraint: BalanceConstraint;
  /** How far the bounded side may exceed the other, in minor units, 0 or more. */
  readonly overdraftLimit: bigint;
  readonly keepsHistory: boolean;
  /** Closed when it was made. */
  readonly madeClosed: boolean;
  readonly metadata: Metadata;
}

/** An account as a caller asks for it. */
export interface NewAccount extends AccountIdentity {
  /** Nanoseconds since the epoch; undefined where it is not an import. */
  readonly importTimeNs: bigint | undefined;
}

/** Sums in minor units, each from 0 to MAX_BALANCE, pending and posted together too. */
export interface Balance {
  debitsPosted: bigint;
  creditsPosted: bigint;
  debitsPending: bigint;
  creditsPending: bigint;
}

/** An account of the books. */
export interface Account extends AccountIdentity, Balance {
  readonly isImported: boolean;
  /** Nanoseconds since the epoch. */
  readonly createTimeNs: bigint;
  closed: boolean;
  /** Number of the last log entry that touched it. */
  lastNumber: number;
}

/** How much more the account's debits may grow by, pending ones counted; negative where its credits have shrunk. */
export function availableToDebit(account: Account): bigint {
  return account.creditsPosted + account.overdraftLimit - account.debitsPosted - account.debitsPending;
}

/** The mirror of `availableToDebit`. */
export function availableToCredit(account: Account): bigint {
  return account.debitsPosted + account.overdraftLimit - account.creditsPosted - account.creditsPending;
}
