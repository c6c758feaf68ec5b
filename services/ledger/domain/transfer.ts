/** A movement of money between two accounts, and what it did to them. */
import type { Balance } from "./account.ts";
import type { Metadata } from "./metadata.ts";

/** A transfer as a caller asks for it. */
export interface NewTransfer {
  readonly id: string;
  /** Account whose debits grow. */
  readonly debitAccountId: string;
  /** Account whose credits grow. */
  readonly creditAccountId: string;
  /** Minor units. */
  readonly amount: bigint;
  /** ISO 4217. */
  readonly currencyCode: string;
  readonly code: number;
  /** Succeeds or fails together with the next of its request. */
  readonly linked: boolean;
  readonly metadata: Metadata;
}

/** A transfer that was posted. */
export interface Transfer extends NewTransfer {
  /** Nanoseconds since the epoch, unique in the tenant. */
  readonly bookTimeNs: bigint;
}

/** A posted transfer, with the balances that it left behind. */
export interface Posting {
  readonly transfer: Transfer;
  readonly ledger: number;
  readonly debitAccountAfter: Balance;
  readonly creditAccountAfter: Balance;
}

/** A side of a transfer. */
export type Direction = "debit" | "credit";

/** One side of a transfer, as its account sees it. */
export interface Entry {
  readonly transfer: Transfer;
  readonly direction: Direction;
  /** The account's balance right after. */
  readonly after: Balance;
}
