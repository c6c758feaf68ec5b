/** TigerBeetle as one call sees it: in batches of the size it takes, and no longer than the call has. */
import type { ConnectError } from "@connectrpc/connect";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Call } from "#platform/rpc/call.ts";
import {
  MAX_BATCH,
  type TbAccount,
  type TbAccountFilter,
  type TbBalance,
  type TbQueryFilter,
  type TbResult,
  type TbTransfer,
  type TigerBeetle,
} from "./tigerbeetle.ts";

/** A cluster as one call sees it. */
export interface Cluster {
  createAccounts(accounts: readonly TbAccount[]): Promise<TbResult[]>;
  /** One request, so that chains stay whole: at most MAX_BATCH. */
  createTransfers(transfers: readonly TbTransfer[]): Promise<TbResult[]>;
  lookupAccounts(ids: Iterable<bigint>): Promise<TbAccount[]>;
  lookupTransfers(ids: Iterable<bigint>): Promise<TbTransfer[]>;
  accountTransfers(filter: Partial<TbAccountFilter>): Promise<TbTransfer[]>;
  accountBalances(filter: Partial<TbAccountFilter>): Promise<TbBalance[]>;
  queryAccounts(filter: Partial<TbQueryFilter>): Promise<TbAccount[]>;
  queryTransfers(filter: Partial<TbQueryFilter>): Promise<TbTransfer[]>;
}

/** Opens the cluster for a call. */
export function openCluster(tigerbeetle: TigerBeetle, { signal }: Pick<Call, "signal">): Cluster {
  const inBatches = async <In, Out>(items: readonly In[], request: (batch: In[]) => Promise<Out[]>): Promise<Out[]> => {
    const results: Out[] = [];
    for (let start = 0; start < items.length; start += MAX_BATCH) {
      results.push(...(await within(signal, () => request(items.slice(start, start + MAX_BATCH)))));
    }
    return results;
  };
  return {
    createAccounts: (accounts) => inBatches(accounts, (batch) => tigerbeetle.createAccounts(batch)),
    createTransfers: (transfers) => within(signal, () => tigerbeetle.createTransfers([...transfers])),
    lookupAccounts: (ids) => inBatches([...ids], (batch) => tigerbeetle.lookupAccounts(batch)),
    lookupTransfers: (ids) => inBatches([...ids], (batch) => tigerbeetle.lookupTransfers(batch)),
    accountTransfers: (filter) =>
      within(signal, () => tigerbeetle.getAccountTransfers({ ...ANY, account_id: 0n, ...filter })),
    accountBalances: (filter) =>
      within(signal, () => tigerbeetle.getAccountBalances({ ...ANY, account_id: 0n, ...filter })),
    queryAccounts: (filter) => within(signal, () => tigerbeetle.queryAccounts({ ...ANY, ledger: 0, ...filter })),
    queryTransfers: (filter) => within(signal, () => tigerbeetle.queryTransfers({ ...ANY, ledger: 0, ...filter })),
  };
}

const ANY = {
  user_data_128: 0n,
  user_data_64: 0n,
  user_data_32: 0,
  code: 0,
  timestamp_min: 0n,
  timestamp_max: 0n,
  limit: MAX_BATCH,
  flags: 0,
};

/** The client waits for its cluster for ever. A request left so may still be done: its caller sends it again. */
async function within<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  if (signal.aborted) {
    throw meshError("DEADLINE_PASSED");
  }
  const { promise: left, reject } = Promise.withResolvers<never>();
  const leave = () => reject(meshError("DEADLINE_PASSED"));
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([request().catch(refuseAsUnavailable), left]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** A client fails when it was closed or evicted, or speaks another release than the cluster: nothing the caller did. */
function refuseAsUnavailable(cause: unknown): never {
  const error: ConnectError = meshError("DEPENDENCY_UNAVAILABLE", { cause });
  throw error;
}
