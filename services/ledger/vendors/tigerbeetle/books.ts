/** The books of a tenant as one call works with them: the cluster, the side store, and what is known for good. */
import { PendingState } from "#gen/malla/ledger/v1/ledger_pb.js";
import { BoundedMap } from "./bounded-map.ts";
import type { Cluster } from "./cluster.ts";
import { uuidOfU128 } from "./ids.ts";
import { type LedgerKey, nameOf, type SideStore } from "./side-store.ts";
import type { TbAccount } from "./tigerbeetle.ts";

/** What of an account never changes and every transfer needs. */
export interface AccountFacts {
  readonly id: string;
  readonly tbId: bigint;
  /** TigerBeetle's ledger. */
  readonly ledgerNumber: number;
  readonly key: LedgerKey;
}

/** What was read once and holds for ever, of all tenants. TigerBeetle's ids and ledger numbers are the cluster's. */
export interface Known {
  readonly accounts: BoundedMap<bigint, AccountFacts>;
  readonly keys: BoundedMap<number, LedgerKey>;
  readonly numbers: BoundedMap<string, number>;
  /** How pending transfers ended. */
  readonly states: BoundedMap<bigint, PendingState>;
  /** Accounts whose overdraft limit is in the cluster. */
  readonly facilities: BoundedMap<bigint, true>;
}

/** About 300 bytes each: some 100 MB when full. */
const MAX_KNOWN_ACCOUNTS = 300_000;
const MAX_KNOWN_STATES = 100_000;
const MAX_KNOWN_LEDGERS = 100_000;

/** Nothing known yet. */
export function openKnown(): Known {
  return {
    accounts: new BoundedMap(MAX_KNOWN_ACCOUNTS),
    keys: new BoundedMap(MAX_KNOWN_LEDGERS),
    numbers: new BoundedMap(MAX_KNOWN_LEDGERS),
    states: new BoundedMap(MAX_KNOWN_STATES),
    facilities: new BoundedMap(MAX_KNOWN_ACCOUNTS),
  };
}

/** What a call works with. */
export interface Books {
  readonly tenant: string;
  readonly cluster: Cluster;
  readonly side: SideStore;
  readonly known: Known;
}

/** TigerBeetle's ledgers, in the order asked. */
export async function ledgerNumbers({ tenant, side, known }: Books, keys: readonly LedgerKey[]): Promise<number[]> {
  const named = (key: LedgerKey) => `${tenant}/${nameOf(key)}`;
  const missing = [...new Map(keys.map((key) => [nameOf(key), key])).values()].filter(
    (key) => known.numbers.get(named(key)) === undefined,
  );
  const given = missing.length === 0 ? [] : await side.numbersOf(missing);
  const fresh = new Map(missing.map((key, index) => [named(key), given[index]]));
  return keys.map((key) => {
    const number = known.numbers.get(named(key)) ?? fresh.get(named(key));
    if (number === undefined) {
      throw new Error("every ledger has a number");
    }
    known.numbers.set(named(key), number);
    return number;
  });
}

/** What the numbers stand for. */
export async function ledgerKeys(
  { side, known }: Books,
  numbers: Iterable<number>,
): Promise<(number: number) => LedgerKey> {
  const asked = new Set(numbers);
  const missing = [...asked].some((number) => known.keys.get(number) === undefined);
  const all = missing ? await side.ledgers() : new Map<number, LedgerKey>();
  for (const [number, key] of all) {
    known.keys.set(number, key);
  }
  return (number) => {
    const key = known.keys.get(number) ?? all.get(number);
    if (key === undefined) {
      throw new Error(`no ledger has the number ${number}: the side store is another cluster's`);
    }
    return key;
  };
}

/** The accounts that exist, by TigerBeetle's ids; what the adapter keeps for itself is not among them. */
export async function accountFacts(books: Books, tbIds: Iterable<bigint>): Promise<Map<bigint, AccountFacts>> {
  const asked = new Set(tbIds);
  const found = new Map<bigint, AccountFacts>();
  for (const tbId of asked) {
    const facts = books.known.accounts.get(tbId);
    if (facts !== undefined) {
      found.set(tbId, facts);
    }
  }
  const missing = [...asked].filter((tbId) => !found.has(tbId));
  const accounts = missing.length === 0 ? [] : await books.cluster.lookupAccounts(missing);
  for (const [tbId, facts] of await rememberAccounts(books, accounts)) {
    found.set(tbId, facts);
  }
  return found;
}

/** Facts of accounts as they were read; what the adapter keeps for itself is left out. */
export async function rememberAccounts(
  books: Books,
  accounts: readonly TbAccount[],
): Promise<Map<bigint, AccountFacts>> {
  const own = accounts.filter(isTenants);
  const keyOf = await ledgerKeys(
    books,
    own.map(({ ledger }) => ledger),
  );
  return new Map(
    own.map((account) => {
      const facts: AccountFacts = {
        id: uuidOfU128(account.user_data_128),
        tbId: account.id,
        ledgerNumber: account.ledger,
        key: keyOf(account.ledger),
      };
      books.known.accounts.set(account.id, facts);
      return [account.id, facts] as const;
    }),
  );
}

/** Whether an account or transfer is a tenant's: what the adapter keeps for itself carries no id of the contract. */
export function isTenants({ user_data_128 }: { readonly user_data_128: bigint }): boolean {
  return user_data_128 !== 0n;
}

/** Whether a state is the last. */
export function isFinal(state: PendingState): boolean {
  return state !== PendingState.PENDING;
}
