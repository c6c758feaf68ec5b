/** An account of the ledger: whom it belongs to is the business of others, what bounds it is the ledger's. */
import type { Metadata } from "./metadata.ts";

/** Largest sum of debits or credits that an account can hold, in minor units. */
export const MAX_BALANCE = 2n ** 63n - 1n;

/** What bounds the balance. */
export type BalanceConstraint = "none" | "debits_must_not_exceed_credits" | "credits_must_not_exceed_debits";

/** An account as a caller asks for it. */
export interface NewAccount {
  readonly id: string;
  readonly ledger: number;
  /** ISO 4217. */
  readonly currencyCode: string;
  readonly code: number;
  readonly balanceConstraint: BalanceConstraint;
  /** How far the bounded side may exceed the other, in minor units, 0 or more. */
  readonly overdraftLimit: bigint;
  readonly metadata: Metadata;
}

/** Posted debits and credits, in minor units, 0 or more. */
export interface Balance {
  readonly debitsPosted: bigint;
  readonly creditsPosted: bigint;
}

/** An account with its balance. All but the balance stays as it was made. */
export interface Account extends NewAccount, Balance {
  /** Nanoseconds since the epoch, unique in the tenant. */
  readonly createTimeNs: bigint;
}

/** Whether the account's constraint allows a balance. */
export function allows(account: NewAccount, { debitsPosted, creditsPosted }: Balance): boolean {
  switch (account.balanceConstraint) {
    case "none":
      return true;
    case "debits_must_not_exceed_credits":
      return debitsPosted <= creditsPosted + account.overdraftLimit;
    case "credits_must_not_exceed_debits":
      return creditsPosted <= debitsPosted + account.overdraftLimit;
  }
}
