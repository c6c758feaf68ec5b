/** What handlers need of the books, whatever keeps them. */
import type { TransactionScope } from "#platform/db/database.ts";
import type { Account, NewAccount } from "../domain/account.ts";
import type { AccountResult, TransferResult } from "../domain/result.ts";
import type { Direction, Entry, NewTransfer, Transfer } from "../domain/transfer.ts";

/** Which entries of an account to list. Times in nanoseconds since the epoch. */
export interface EntryQuery {
  readonly accountId: string;
  /** Only this side. */
  readonly direction: Direction | undefined;
  /** Booked at or after. */
  readonly fromNs: bigint;
  /** Booked before. */
  readonly beforeNs: bigint;
  readonly limit: number;
}

/** Sums of one ledger in one currency. */
export interface TrialBalanceLine {
  readonly ledger: number;
  readonly currencyCode: string;
  /** Minor units; may pass 64 bits. */
  readonly debitsPosted: bigint;
  readonly creditsPosted: bigint;
  readonly accountCount: bigint;
  readonly transferCount: bigint;
}

/**
 * The books of all tenants. Ids are normal ids. A request to create is judged as one, in order; once it is answered, what
 * it made is durable.
 */
export interface Ledger {
  /** @throws OVERLOADED; DEADLINE_PASSED; DEPENDENCY_UNAVAILABLE, after which sending again is safe. */
  createAccounts(scope: TransactionScope, accounts: readonly NewAccount[]): Promise<readonly AccountResult[]>;
  /** @throws OVERLOADED; DEADLINE_PASSED; DEPENDENCY_UNAVAILABLE, after which sending again is safe. */
  createTransfers(scope: TransactionScope, transfers: readonly NewTransfer[]): Promise<readonly TransferResult[]>;
  /** Those that exist, in the order of the ids. */
  lookupAccounts(scope: TransactionScope, ids: readonly string[]): Promise<readonly Account[]>;
  /** Those that exist, in the order of the ids. */
  lookupTransfers(scope: TransactionScope, ids: readonly string[]): Promise<readonly Transfer[]>;
  /** Newest first; undefined where there is no such account. */
  listEntries(scope: TransactionScope, query: EntryQuery): Promise<readonly Entry[] | undefined>;
  /** Of one moment, by ledger and currency; `ledger` 0 stands for all. */
  trialBalance(scope: TransactionScope, ledger: number): Promise<readonly TrialBalanceLine[]>;
  /** Ends once every request taken in has been answered. */
  close(): Promise<void>;
}
