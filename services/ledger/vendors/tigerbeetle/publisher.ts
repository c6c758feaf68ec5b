/**
 * Tells what was booked, by reading on in the cluster from where it left off: so an event is told once, whichever process
 * booked it and wherever that was cut off. One process at a time does so; a table says how far it came.
 */
import { sql } from "drizzle-orm";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Database, Transaction } from "#platform/db/database.ts";
import type { Fact, Outbox } from "#platform/outbox/append.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { type Books, isTenants, openKnown } from "./books.ts";
import { openCluster } from "./cluster.ts";
import { noteDueExpiries, readDueExpiries, takeExpired } from "./expiries.ts";
import { accountFact, expiryFact, transferFact } from "./facts.ts";
import { noteAccounts } from "./read-accounts.ts";
import { noteTransfers } from "./read-transfers.ts";
import { openSideStore } from "./side-store.ts";
import type { TigerBeetle } from "./tigerbeetle.ts";

/** What it works with. */
export interface PublisherDeps {
  readonly tigerbeetle: TigerBeetle;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly log: Pick<Logger, "warn">;
}

/** Longest time between looks at the cluster, in milliseconds: other processes book too. */
const IDLE_MS = 500;
const NS_PER_MS = 1_000_000n;
/** Accounts, transfers, and expiries, told in one transaction. */
const MAX_TOLD = 1_000;

/** Starts to tell. `wake` says that something was booked. */
export function startPublisher(deps: PublisherDeps): { wake(): void; stop(): Promise<void> } {
  const stopping = new AbortController();
  let nudge = Promise.withResolvers<void>();
  const wake = () => nudge.resolve();
  const run = async () => {
    while (!stopping.signal.aborted) {
      nudge = Promise.withResolvers();
      const told = await publishOnce(deps, stopping.signal).catch((err: unknown) => {
        if (!stopping.signal.aborted) {
          deps.log.warn({ err }, "events wait in the cluster");
        }
        return 0;
      });
      if (told === 0 && !stopping.signal.aborted) {
        const timer = setTimeout(wake, IDLE_MS);
        await nudge.promise;
        clearTimeout(timer);
      }
    }
  };
  const running = run();
  return {
    wake,
    stop() {
      stopping.abort();
      wake();
      return running;
    },
  };
}

/** Tells the next accounts, transfers and expiries; answers how many there were. */
export function publishOnce(deps: PublisherDeps, signal: AbortSignal): Promise<number> {
  const cluster = openCluster(deps.tigerbeetle, { signal });
  return deps.database.worker(async (transaction) => {
    const progress = await lockProgress(transaction);
    if (progress === undefined) {
      return 0;
    }
    // Transfers are read before accounts, and told after them: who hears of a transfer has heard of its accounts.
    const found = await cluster.queryTransfers({ timestamp_min: progress.transfers + 1n, limit: MAX_TOLD });
    const accounts = await cluster.queryAccounts({ timestamp_min: progress.accounts + 1n, limit: MAX_TOLD });
    const transfers = accounts.length < MAX_TOLD ? found : [];
    const tenantOf = await readTenants(transaction, [...accounts, ...transfers]);
    const due = await readDueExpiries(transaction, BigInt(Date.now()) * NS_PER_MS, MAX_TOLD);
    const facts: Fact[] = [];
    let ended = 0;
    for (const tenant of new Set([...tenantOf.values(), ...due.map((one) => one.tenant)])) {
      const isOwn = (item: { readonly ledger: number; readonly user_data_128: bigint }) =>
        isTenants(item) && tenantOf.get(item.ledger) === tenant;
      const books: Books = {
        tenant,
        cluster,
        side: openSideStore(tenant, (work) => work(transaction)),
        known: openKnown(),
      };
      const [made, booked] = [accounts.filter(isOwn), transfers.filter(isOwn)];
      facts.push(...(await noteAccounts(books, made)).map((account) => accountFact(tenant, account)));
      const noted = await noteTransfers(books, booked);
      await noteDueExpiries(transaction, tenant, noted);
      facts.push(...noted.map((transfer) => transferFact(tenant, transfer)));
      const ownDue = due.filter((one) => one.tenant === tenant);
      const taken = await takeExpired(transaction, books, ownDue);
      ended += taken.ended;
      facts.push(...taken.expired.map((expired) => expiryFact(tenant, expired)));
    }
    await deps.outbox.append(transaction, facts);
    await saveProgress(transaction, "accounts", accounts.at(-1)?.timestamp);
    await saveProgress(transaction, "transfers", transfers.at(-1)?.timestamp);
    return accounts.length + transfers.length + ended;
  });
}

/** Up to where it was told; undefined while another process tells. */
async function lockProgress(transaction: Transaction): Promise<{ accounts: bigint; transfers: bigint } | undefined> {
  const rows = await transaction.execute<{ kind: string; timestamp_ns: string }>(
    sql`select kind, timestamp_ns from published order by kind for update skip locked`,
  );
  const [accounts, transfers] = rows;
  return accounts === undefined || transfers === undefined
    ? undefined
    : { accounts: BigInt(accounts.timestamp_ns), transfers: BigInt(transfers.timestamp_ns) };
}

async function saveProgress(transaction: Transaction, kind: string, timestampNs: bigint | undefined): Promise<void> {
  if (timestampNs !== undefined) {
    await transaction.execute(
      sql`update published set timestamp_ns = ${String(timestampNs)}::bigint where kind = ${kind}`,
    );
  }
}

/** Whose each of TigerBeetle's ledgers is. */
async function readTenants(
  transaction: Transaction,
  items: readonly { readonly ledger: number }[],
): Promise<Map<number, string>> {
  const numbers = [...new Set(items.map(({ ledger }) => ledger))];
  if (numbers.length === 0) {
    return new Map();
  }
  const rows = await transaction.execute<{ number: string; tenant_id: string }>(
    sql`select number, tenant_id from ledger_numbers where number = any(${arrayLiteral(numbers)}::bigint[])`,
  );
  return new Map(rows.map((row) => [Number(row.number), row.tenant_id]));
}
