/** What handlers need of the books, whatever keeps them. */
import type { TransactionScope } from "#platform/db/database.ts";
import type { Account, Balance, NewAccount } from "../domain/account.ts";
import type { Id } from "../domain/id.ts";
import type { AccountResult, TransferResult } from "../domain/result.ts";
import type { NewTransfer, Transfer } from "../domain/transfer.ts";
import type { Positions } from "./derive.ts";

/** A side of a transfer. */
export type Direction = "debit" | "credit";

/** One side of a transfer, as its account sees it. */
export interface Entry {
  readonly transfer: Transfer;
  readonly direction: Direction;
  readonly bookTimeNs: bigint;
  readonly isExpiry: boolean;
  /** The account's balance right after, where it keeps history. */
  readonly after: Balance | undefined;
}

/** Which entries of an account to list. Times in nanoseconds since the epoch. */
export interface EntryQuery {
  readonly accountId: Id;
  /** Only this side. */
  readonly direction: Direction | undefined;
  /** Booked at or after. */
  readonly fromNs: bigint;
  /** Booked before. */
  readonly beforeNs: bigint;
  readonly limit: number;
}

/** A moment in an account's life: by booking in nanoseconds since the epoch, or by value in days since 1970-01-01. */
export type Moment = { readonly bookTimeNs: bigint } | { readonly valueDate: number };

/** Sums of one ledger in one currency. */
export interface TrialBalanceLine {
  readonly ledger: number;
  readonly currencyCode: string;
  /** Minor units; may pass 64 bits. */
  readonly debitsPosted: bigint;
  readonly creditsPosted: bigint;
  readonly debitsPending: bigint;
  readonly creditsPending: bigint;
  readonly accountCount: bigint;
  readonly transferCount: bigint;
}

/**
 * The books of all tenants. A request to create is judged as one, in order; once it is answered, what it made is durable.
 * What is read includes all that was answered before.
 */
export interface Ledger {
  /** @throws OVERLOADED; DEADLINE_PASSED; NOT_THE_WRITER; STORAGE_FULL; DEPENDENCY_UNAVAILABLE: sending again is safe. */
  createAccounts(scope: TransactionScope, accounts: readonly NewAccount[]): Promise<readonly AccountResult[]>;
  /** @throws as createAccounts. */
  createTransfers(scope: TransactionScope, transfers: readonly NewTransfer[]): Promise<readonly TransferResult[]>;
  /** Those that exist, in the order of the ids. @throws as createAccounts. */
  lookupAccounts(scope: TransactionScope, ids: readonly Id[]): Promise<readonly Account[]>;
  /** Those that exist, in the order of the ids. */
  lookupTransfers(scope: TransactionScope, ids: readonly Id[]): Promise<readonly Transfer[]>;
  /** Newest first; undefined where there is no such account. @throws HISTORY_BEHIND */
  listEntries(scope: TransactionScope, query: EntryQuery): Promise<readonly Entry[] | undefined>;
  /** What an account that keeps history held; undefined where there is no such account. @throws HISTORY_BEHIND */
  pastBalance(scope: TransactionScope, account: Account, moment: Moment): Promise<Balance>;
  /** Of one moment, by ledger and currency; `ledger` 0 stands for all. */
  trialBalance(scope: TransactionScope, ledger: number): Promise<readonly TrialBalanceLine[]>;
  /** How far everything is. */
  positions(): Promise<Positions>;
  /** Ends once every request taken in has been answered. */
  close(): Promise<void>;
}
