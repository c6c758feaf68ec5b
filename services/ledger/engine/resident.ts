/**
 * What of the books is in memory, within bounds. What is not there is loaded before it is needed; what was not used of
 * late, and is no newer than the checkpoint, is forgotten.
 */
import { type Books, findTransfer, openBooks } from "../domain/books.ts";
import type { Id } from "../domain/id.ts";
import type { Loader } from "../store/load.ts";
import type { Job, Needs } from "./job.ts";

/** Entries between two rotations of recent transfers: many times what can be under way. */
const ROTATION = 65_536;
/** Share of the accounts that stays when room is made. */
const KEPT_SHARE = 0.9;

/** A tenant in memory. */
export interface ResidentTenant {
  readonly books: Books;
  /** No larger id was booked or failed and then forgotten. */
  largestForgottenId: Id;
}

/** What a job lacks. */
interface Missing {
  readonly accounts: Set<Id>;
  readonly transfers: Set<Id>;
}

/** The books of all tenants of a shard, as far as they are in memory. */
export interface Resident {
  /** Grows whenever something is forgotten; what was there before may then be gone. */
  readonly forgotten: number;
  /** The books for a job, where all that it needs is there, or known not to exist since nothing was forgotten. */
  booksFor(job: Job): Books | undefined;
  /** The books of a tenant that is there. */
  find(tenant: string): Books | undefined;
  /** Loads what jobs need; afterwards what is still missing does not exist. */
  load(jobs: readonly Job[]): Promise<void>;
  /** Loads all pending transfers that can expire. */
  loadTimeouts(): Promise<void>;
  /**
   * Makes room once entries up to `number` are durable, entries up to `decided` are under way, and all up to `checkpoint`
   * are in the balances of the database.
   */
  makeRoom(number: number, checkpoint: number, decided: number): void;
  /** Tenants whose next pending transfer is due. */
  due(nowNs: bigint): { tenant: string; books: Books }[];
}

/** Opens a memory that holds about `maxAccounts` accounts, and the transfers of at least `rotation` entries. */
export function openResident(loader: Loader, maxAccounts: number, rotation = ROTATION): Resident {
  const tenants = new Map<string, ResidentTenant>();
  let forgotten = 0;
  let rotateAt = rotation;
  let decidedAtRotation = 0;
  let loaded = 0;
  let lastCheckpoint = 0;
  let lastNumber = 0;
  let hasLoaded = false;

  const tenantOf = async (name: string): Promise<ResidentTenant> => {
    const known = tenants.get(name);
    if (known !== undefined) {
      return known;
    }
    const { lastAccountTimeNs, lastTransferTimeNs, largestId } = await loader.tenant(name);
    const books = openBooks(lastAccountTimeNs, lastTransferTimeNs, largestId);
    const made = { books, largestForgottenId: largestId };
    tenants.set(name, made);
    return made;
  };

  /** What is read is worth nothing when something was forgotten meanwhile: it may have changed before it was forgotten. */
  const readStable = async <Read>(read: () => Promise<Read>): Promise<Read> => {
    for (;;) {
      const before = forgotten;
      const result = await read();
      if (forgotten === before) {
        return result;
      }
    }
  };

  const loadTransfers = async (name: string, { books }: ResidentTenant, ids: readonly Id[]): Promise<void> => {
    const { transfers, failures } = await readStable(() => loader.transfers(name, ids));
    for (const transfer of transfers) {
      if (findTransfer(books, transfer.id) === undefined) {
        books.transfers.set(transfer.id, transfer);
      }
    }
    for (const { id, status } of failures) {
      books.failures.set(id, status);
    }
    loaded += ids.length;
  };

  const loadAccounts = async (name: string, { books }: ResidentTenant, ids: readonly Id[]): Promise<void> => {
    for (const account of await readStable(() => loader.accounts(name, ids))) {
      if (!books.accounts.has(account.id)) {
        account.lastNumber = lastNumber;
        books.accounts.set(account.id, account);
      }
    }
    hasLoaded = true;
  };

  const loadFor = async (name: string, jobs: readonly Job[]): Promise<void> => {
    const tenant = await tenantOf(name);
    const transfers = [...missingOf(tenant, jobs).transfers];
    if (transfers.length > 0) {
      await loadTransfers(name, tenant, transfers);
    }
    // After the transfers: what they refer to brings its own accounts.
    const accounts = [...missingOf(tenant, jobs).accounts];
    if (accounts.length > 0) {
      await loadAccounts(name, tenant, accounts);
    }
  };

  return {
    get forgotten() {
      return forgotten;
    },
    booksFor(job) {
      const tenant = tenants.get(job.tenant);
      return tenant === undefined || lacksAnything(tenant, job.needs) ? undefined : tenant.books;
    },
    find: (tenant) => tenants.get(tenant)?.books,
    async load(jobs) {
      for (const [tenant, group] of Map.groupBy(jobs, (job) => job.tenant)) {
        await loadFor(tenant, group);
      }
    },
    async loadTimeouts() {
      for (const { tenant, transfer } of await loader.timeouts()) {
        (await tenantOf(tenant)).books.timeouts.add(transfer);
      }
    },
    makeRoom(number, checkpoint, decided) {
      lastNumber = number;
      // What is forgotten was last used before the rotation before this one: all that was decided by then must be durable,
      // or it would be loaded as it was before.
      if (number + loaded >= rotateAt && number >= decidedAtRotation) {
        decidedAtRotation = decided;
        rotateAt = number + loaded + rotation;
        for (const tenant of tenants.values()) {
          forgotten += rotate(tenant);
        }
      }
      // Else nothing has become forgettable since the last look.
      if (checkpoint > lastCheckpoint || hasLoaded) {
        forgotten += evict(tenants, maxAccounts, checkpoint);
        lastCheckpoint = checkpoint;
        hasLoaded = false;
      }
    },
    due: (nowNs) =>
      [...tenants].flatMap(([tenant, { books }]) =>
        (books.timeouts.nextTimeNs() ?? nowNs + 1n) <= nowNs ? [{ tenant, books }] : [],
      ),
  };
}

function missingOf(tenant: ResidentTenant, jobs: readonly Job[]): Missing {
  const missing: Missing = { accounts: new Set(), transfers: new Set() };
  for (const { needs } of jobs) {
    visitMissing(
      tenant,
      needs,
      (id) => void missing.accounts.add(id),
      (id) => void missing.transfers.add(id),
    );
  }
  return missing;
}

function lacksAnything(tenant: ResidentTenant, needs: Needs): boolean {
  let lacks = false;
  const note = () => {
    lacks = true;
  };
  visitMissing(tenant, needs, note, note);
  return lacks;
}

function visitMissing(
  { books, largestForgottenId }: ResidentTenant,
  needs: Needs,
  onAccount: (id: Id) => void,
  onTransfer: (id: Id) => void,
): void {
  for (const id of needs.transfers) {
    if (id <= largestForgottenId && findTransfer(books, id) === undefined && books.failures.get(id) === undefined) {
      onTransfer(id);
    }
  }
  for (const id of needs.accounts) {
    if (!books.accounts.has(id)) {
      onAccount(id);
    }
  }
  for (const id of needs.referred) {
    const transfer = findTransfer(books, id);
    if (transfer === undefined) {
      if (id <= largestForgottenId) {
        onTransfer(id);
      }
      continue;
    }
    for (const accountId of [transfer.debitAccountId, transfer.creditAccountId]) {
      if (!books.accounts.has(accountId)) {
        onAccount(accountId);
      }
    }
  }
}

function rotate(tenant: ResidentTenant): number {
  let count = 0;
  for (const recent of [tenant.books.transfers, tenant.books.failures]) {
    for (const id of recent.rotate()) {
      count++;
      if (id > tenant.largestForgottenId) {
        tenant.largestForgottenId = id;
      }
    }
  }
  return count;
}

/** Forgets accounts that were not touched after `number`, longest here first, until there is room. */
function evict(tenants: ReadonlyMap<string, ResidentTenant>, maxAccounts: number, number: number): number {
  let size = 0;
  for (const { books } of tenants.values()) {
    size += books.accounts.size;
  }
  const most = size > maxAccounts ? maxAccounts * KEPT_SHARE : size;
  let count = 0;
  for (const { books } of tenants.values()) {
    for (const account of books.accounts.values()) {
      if (size - count <= most) {
        return count;
      }
      if (account.lastNumber <= number) {
        books.accounts.delete(account.id);
        count++;
      }
    }
  }
  return count;
}
