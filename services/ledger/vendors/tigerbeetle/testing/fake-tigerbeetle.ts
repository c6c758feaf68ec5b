/** A cluster in memory: TigerBeetle's rules in TigerBeetle's order, as far as the adapter's tests need them. */
import { ACCOUNT_STATUSES, type TbAccountStatus, type TbTransferStatus, TRANSFER_STATUSES } from "../statuses.ts";
import {
  ACCOUNT_FLAG,
  FILTER_FLAG,
  MAX_BATCH,
  MAX_U128,
  type TbAccount,
  type TbAccountFilter,
  type TbBalance,
  type TbQueryFilter,
  type TbResult,
  type TbTransfer,
  type TigerBeetle,
  TRANSFER_FLAG,
} from "../tigerbeetle.ts";
import { close, judgeFakeTransfer } from "./fake-transfers.ts";

/** What the fake holds. */
export interface FakeState {
  accounts: Map<bigint, TbAccount>;
  transfers: Map<bigint, TbTransfer>;
  /** Ids spent by a transient failure. */
  failed: Set<bigint>;
  resolved: Map<bigint, "posted" | "voided" | "expired">;
  balances: { accountId: bigint; balance: TbBalance }[];
}

/** A fake cluster. */
export interface FakeTigerBeetle extends TigerBeetle {
  /** What it was asked for so far, by method. */
  readonly requests: string[];
  /** Lets seconds pass, and pending transfers expire. */
  pass(seconds: number): void;
  /** Done once, before the next request for transfers. */
  before(work: () => Promise<void>): void;
}

const NS_PER_SECOND = 1_000_000_000n;

const TRANSIENT: ReadonlySet<string> = new Set<TbTransferStatus>([
  "debit_account_not_found",
  "credit_account_not_found",
  "pending_transfer_not_found",
  "debit_account_already_closed",
  "credit_account_already_closed",
  "exceeds_credits",
  "exceeds_debits",
]);

/** Opens an empty cluster. */
export function openFakeTigerBeetle(): FakeTigerBeetle {
  let state: FakeState = {
    accounts: new Map(),
    transfers: new Map(),
    failed: new Set(),
    resolved: new Map(),
    balances: [],
  };
  let nowNs = 0n;
  let aheadNs = 0n;
  const requests: string[] = [];
  let first: (() => Promise<void>) | undefined;

  /** A time of its own for everything booked, by the clock and what was let pass. */
  const tick = () => {
    const clockNs = BigInt(Date.now()) * 1_000_000n + aheadNs;
    nowNs = clockNs > nowNs ? clockNs : nowNs + 1n;
    return nowNs;
  };
  const expire = () => {
    const atNs = tick();
    for (const pending of state.transfers.values()) {
      const isPending = (pending.flags & TRANSFER_FLAG.pending) !== 0 && !state.resolved.has(pending.id);
      if (isPending && pending.timeout > 0 && pending.timestamp + BigInt(pending.timeout) * NS_PER_SECOND <= atNs) {
        state.resolved.set(pending.id, "expired");
        move(state, pending.debit_account_id, { debits_pending: -pending.amount });
        move(state, pending.credit_account_id, { credits_pending: -pending.amount });
        close(state, pending, false);
      }
    }
  };
  const begin = (method: string, batch: readonly unknown[] = []) => {
    requests.push(method);
    if (batch.length > MAX_BATCH) {
      throw new Error("Too much data was sent or requested in this batch.");
    }
    expire();
  };

  return {
    requests,
    pass(seconds) {
      aheadNs += BigInt(seconds) * NS_PER_SECOND;
    },
    before(work) {
      first = work;
    },
    async createAccounts(batch) {
      begin("createAccounts", batch);
      const imports = ((batch[0]?.flags ?? 0) & ACCOUNT_FLAG.imported) !== 0;
      return batch.map((account) => {
        const timestamp = tick();
        const status = judgeAccount(state, account, imports, timestamp);
        if (status === "created") {
          state.accounts.set(account.id, { ...account, timestamp: imports ? account.timestamp : timestamp });
        }
        return { timestamp: imports ? account.timestamp : timestamp, status: ACCOUNT_STATUSES[status][0] };
      });
    },
    async createTransfers(batch) {
      const work = first;
      first = undefined;
      await work?.();
      begin("createTransfers", batch);
      const imports = ((batch[0]?.flags ?? 0) & 256) !== 0;
      const results: TbResult[] = [];
      for (let start = 0; start < batch.length; ) {
        let end = start + 1;
        while (end < batch.length && ((batch[end - 1]?.flags ?? 0) & 1) !== 0) {
          end++;
        }
        results.push(...bookChain(batch.slice(start, end), imports));
        start = end;
      }
      return results;
    },
    async lookupAccounts(ids) {
      begin("lookupAccounts", ids);
      return ids.flatMap((id) => state.accounts.get(id) ?? []);
    },
    async lookupTransfers(ids) {
      begin("lookupTransfers", ids);
      return ids.flatMap((id) => state.transfers.get(id) ?? []);
    },
    async getAccountTransfers(filter) {
      begin("getAccountTransfers");
      return pick([...state.transfers.values()].filter(isSide(filter)), filter, filter.flags);
    },
    async getAccountBalances(filter) {
      begin("getAccountBalances");
      const account = state.accounts.get(filter.account_id);
      const isWanted = isSide(filter);
      const wanted = new Set([...state.transfers.values()].filter(isWanted).map(({ timestamp }) => timestamp));
      const own = state.balances.filter(({ accountId }) => accountId === filter.account_id);
      const kept = (account?.flags ?? 0) & ACCOUNT_FLAG.history ? own.map(({ balance }) => balance) : [];
      return pick(
        kept.filter(({ timestamp }) => wanted.has(timestamp)),
        filter,
        filter.flags,
      );
    },
    async queryAccounts(filter) {
      begin("queryAccounts");
      return pick([...state.accounts.values()].filter(isOfLedger(filter)), filter, 0);
    },
    async queryTransfers(filter) {
      begin("queryTransfers");
      return pick([...state.transfers.values()].filter(isOfLedger(filter)), filter, 0);
    },
    destroy() {},
  };

  function bookChain(chain: readonly TbTransfer[], imports: boolean): TbResult[] {
    // One by itself is booked or changes nothing.
    const before = chain.length > 1 ? copyOf(state) : state;
    const times = chain.map(() => tick());
    const statuses: TbTransferStatus[] = [];
    for (const [index, transfer] of chain.entries()) {
      const isOpenEnd = (transfer.flags & 1) !== 0 && index === chain.length - 1;
      const timestamp = times[index] ?? 0n;
      const status = isOpenEnd ? "linked_event_chain_open" : bookOne(transfer, imports, timestamp);
      statuses.push(status);
      if (status !== "created") {
        state = before;
        if (TRANSIENT.has(status)) {
          state.failed.add(transfer.id);
        }
        break;
      }
    }
    const culprit = statuses.findIndex((status) => status !== "created");
    return chain.map((transfer, index) => {
      const isOpenEnd = (transfer.flags & 1) !== 0 && index === chain.length - 1;
      const failed = isOpenEnd ? "linked_event_chain_open" : "linked_event_failed";
      const status = culprit === -1 || index === culprit ? (statuses[index] ?? failed) : failed;
      const booked = state.transfers.get(transfer.id)?.timestamp ?? times[index] ?? 0n;
      return { timestamp: booked, status: TRANSFER_STATUSES[status][0] };
    });
  }

  function bookOne(transfer: TbTransfer, imports: boolean, timestamp: bigint): TbTransferStatus {
    const verdict = judgeFakeTransfer(state, transfer, imports, timestamp);
    if (typeof verdict === "string") {
      return verdict;
    }
    state.transfers.set(verdict.id, verdict);
    for (const accountId of [verdict.debit_account_id, verdict.credit_account_id]) {
      const {
        debits_pending = 0n,
        debits_posted = 0n,
        credits_pending = 0n,
        credits_posted = 0n,
      } = state.accounts.get(accountId) ?? {};
      state.balances.push({
        accountId,
        balance: { debits_pending, debits_posted, credits_pending, credits_posted, timestamp: verdict.timestamp },
      });
    }
    return "created";
  }
}

/** What it holds is replaced, never changed. */
function copyOf(state: FakeState): FakeState {
  return {
    accounts: new Map(state.accounts),
    transfers: new Map(state.transfers),
    failed: new Set(state.failed),
    resolved: new Map(state.resolved),
    balances: [...state.balances],
  };
}

/** Adds to an account's sums. */
export function move(state: FakeState, accountId: bigint, by: Partial<Omit<TbBalance, "timestamp">>): void {
  const account = state.accounts.get(accountId);
  if (account === undefined) {
    throw new Error("an account that moves exists");
  }
  state.accounts.set(accountId, {
    ...account,
    debits_pending: account.debits_pending + (by.debits_pending ?? 0n),
    debits_posted: account.debits_posted + (by.debits_posted ?? 0n),
    credits_pending: account.credits_pending + (by.credits_pending ?? 0n),
    credits_posted: account.credits_posted + (by.credits_posted ?? 0n),
  });
}

function judgeAccount(state: FakeState, asked: TbAccount, imports: boolean, nowNs: bigint): TbAccountStatus {
  const isImport = (asked.flags & ACCOUNT_FLAG.imported) !== 0;
  if (isImport !== imports) return imports ? "imported_event_expected" : "imported_event_not_expected";
  if (!imports && asked.timestamp !== 0n) return "timestamp_must_be_zero";
  if (imports && (asked.timestamp === 0n || asked.timestamp >= 2n ** 63n))
    return "imported_event_timestamp_out_of_range";
  if (imports && asked.timestamp >= nowNs) return "imported_event_timestamp_must_not_advance";
  if (asked.id === 0n) return "id_must_not_be_zero";
  if (asked.id === MAX_U128) return "id_must_not_be_int_max";
  const existing = state.accounts.get(asked.id);
  if (existing !== undefined) {
    if (existing.flags !== asked.flags) return "exists_with_different_flags";
    if (existing.user_data_128 !== asked.user_data_128) return "exists_with_different_user_data_128";
    if (existing.user_data_64 !== asked.user_data_64) return "exists_with_different_user_data_64";
    if (existing.user_data_32 !== asked.user_data_32) return "exists_with_different_user_data_32";
    if (existing.ledger !== asked.ledger) return "exists_with_different_ledger";
    return existing.code === asked.code ? "exists" : "exists_with_different_code";
  }
  if ((asked.flags & 6) === 6) return "flags_are_mutually_exclusive";
  if (asked.ledger === 0) return "ledger_must_not_be_zero";
  if (asked.code === 0) return "code_must_not_be_zero";
  const last = [...state.accounts.values()].reduce((most, { timestamp }) => (timestamp > most ? timestamp : most), 0n);
  return imports && asked.timestamp <= last ? "imported_event_timestamp_must_not_regress" : "created";
}

function isSide({ account_id, flags }: TbAccountFilter): (transfer: TbTransfer) => boolean {
  return (transfer) =>
    (transfer.debit_account_id === account_id && (flags & FILTER_FLAG.debits) !== 0) ||
    (transfer.credit_account_id === account_id && (flags & FILTER_FLAG.credits) !== 0);
}

function isOfLedger({ ledger }: TbQueryFilter): (item: { readonly ledger: number }) => boolean {
  return (item) => ledger === 0 || item.ledger === ledger;
}

function pick<T extends { readonly timestamp: bigint }>(
  items: readonly T[],
  { timestamp_min, timestamp_max, limit }: Pick<TbQueryFilter, "timestamp_min" | "timestamp_max" | "limit">,
  flags: number,
): T[] {
  const within = items
    .filter(({ timestamp }) => timestamp >= timestamp_min && (timestamp_max === 0n || timestamp <= timestamp_max))
    .sort((one, other) => (one.timestamp < other.timestamp ? -1 : 1));
  return ((flags & FILTER_FLAG.reversed) === 0 ? within : within.reverse()).slice(0, limit);
}
