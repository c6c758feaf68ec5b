/** What the adapter needs of a TigerBeetle client. The client of npm `tigerbeetle-node` is one; tests bring another. */

/** An account as TigerBeetle has it. */
export interface TbAccount {
  readonly id: bigint;
  readonly debits_pending: bigint;
  readonly debits_posted: bigint;
  readonly credits_pending: bigint;
  readonly credits_posted: bigint;
  readonly user_data_128: bigint;
  readonly user_data_64: bigint;
  readonly user_data_32: number;
  readonly reserved: number;
  readonly ledger: number;
  readonly code: number;
  readonly flags: number;
  readonly timestamp: bigint;
}

/** A transfer as TigerBeetle has it. */
export interface TbTransfer {
  readonly id: bigint;
  readonly debit_account_id: bigint;
  readonly credit_account_id: bigint;
  readonly amount: bigint;
  readonly pending_id: bigint;
  readonly user_data_128: bigint;
  readonly user_data_64: bigint;
  readonly user_data_32: number;
  readonly timeout: number;
  readonly ledger: number;
  readonly code: number;
  readonly flags: number;
  readonly timestamp: bigint;
}

/** What became of an item: a number of `statuses.ts`, and when. */
export interface TbResult {
  readonly timestamp: bigint;
  readonly status: number;
}

/** What an account held right after a transfer. */
export interface TbBalance {
  readonly debits_pending: bigint;
  readonly debits_posted: bigint;
  readonly credits_pending: bigint;
  readonly credits_posted: bigint;
  readonly timestamp: bigint;
}

/** Which transfers or balances of an account; 0 bounds nothing. */
export interface TbAccountFilter {
  readonly account_id: bigint;
  readonly user_data_128: bigint;
  readonly user_data_64: bigint;
  readonly user_data_32: number;
  readonly code: number;
  readonly timestamp_min: bigint;
  readonly timestamp_max: bigint;
  readonly limit: number;
  readonly flags: number;
}

/** Which accounts or transfers; 0 bounds nothing. */
export interface TbQueryFilter {
  readonly user_data_128: bigint;
  readonly user_data_64: bigint;
  readonly user_data_32: number;
  readonly ledger: number;
  readonly code: number;
  readonly timestamp_min: bigint;
  readonly timestamp_max: bigint;
  readonly limit: number;
  readonly flags: number;
}

/** A cluster. */
export interface TigerBeetle {
  createAccounts(batch: TbAccount[]): Promise<TbResult[]>;
  createTransfers(batch: TbTransfer[]): Promise<TbResult[]>;
  lookupAccounts(ids: bigint[]): Promise<TbAccount[]>;
  lookupTransfers(ids: bigint[]): Promise<TbTransfer[]>;
  getAccountTransfers(filter: TbAccountFilter): Promise<TbTransfer[]>;
  getAccountBalances(filter: TbAccountFilter): Promise<TbBalance[]>;
  queryAccounts(filter: TbQueryFilter): Promise<TbAccount[]>;
  queryTransfers(filter: TbQueryFilter): Promise<TbTransfer[]>;
  destroy(): void;
}

/** Most items of one request to a cluster of the default configuration. */
export const MAX_BATCH = 8_189;

/** Bits of Account.flags. */
export const ACCOUNT_FLAG = {
  linked: 1,
  debitsMustNotExceedCredits: 2,
  creditsMustNotExceedDebits: 4,
  history: 8,
  imported: 16,
  closed: 32,
} as const;

/** Bits of Transfer.flags. */
export const TRANSFER_FLAG = {
  linked: 1,
  pending: 2,
  post: 4,
  void: 8,
  balancingDebit: 16,
  balancingCredit: 32,
  closingDebit: 64,
  closingCredit: 128,
  imported: 256,
} as const;

/** Bits of AccountFilter.flags. */
export const FILTER_FLAG = { debits: 1, credits: 2, reversed: 4 } as const;

/** An amount that stands for all of the pending one; also the largest id. */
export const MAX_U128 = 2n ** 128n - 1n;

/** A transfer that says nothing. */
export const BLANK_TRANSFER: TbTransfer = {
  id: 0n,
  debit_account_id: 0n,
  credit_account_id: 0n,
  amount: 0n,
  pending_id: 0n,
  user_data_128: 0n,
  user_data_64: 0n,
  user_data_32: 0,
  timeout: 0,
  ledger: 0,
  code: 0,
  flags: 0,
  timestamp: 0n,
};

/** Opens the real client. It is loaded here and not before: the rest of the mesh runs where it is not installed. */
export async function openTigerBeetle(addresses: readonly string[], clusterId: bigint): Promise<TigerBeetle> {
  const { createClient } = await import("tigerbeetle-node");
  return createClient({ cluster_id: clusterId, replica_addresses: [...addresses] });
}
