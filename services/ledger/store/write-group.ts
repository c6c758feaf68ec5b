/** Writes a group of requests of one tenant in one transaction. */
import type { Context } from "@opentelemetry/api";
import { sql } from "drizzle-orm";
import type { Database, Transaction } from "#platform/db/database.ts";
import type { Fact, Outbox } from "#platform/outbox/append.ts";
import { type Books, openBooks } from "../domain/books.ts";
import { accountCreated, transferPosted } from "../events/outbox.ts";
import { type NamedIds, readBooks } from "./books-reader.ts";
import { writeBooks } from "./books-writer.ts";
import type { Waiting } from "./group-writer.ts";

/** A request that changes the books. */
export interface BooksRequest extends Waiting {
  readonly ids: NamedIds;
  /** Trace that its events belong to. */
  readonly trace: Context;
  /** Does in the books what is asked, and returns what tells the caller so once it is durable. */
  settle(books: Books): () => void;
}

/** What the writer works with. */
export interface WriteDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  /** The time now. */
  readonly now: () => Date;
}

/** Longest that a group may take, in milliseconds, whatever its callers would wait: the next group waits behind it. */
const GROUP_TIMEOUT_MS = 10_000;

/** Settles and answers the requests in order. Throws when the transaction failed; then no request was answered. */
export async function writeGroup(
  { database, outbox, now }: WriteDeps,
  tenant: string,
  group: readonly BooksRequest[],
): Promise<void> {
  const patience = Math.max(...group.map((request) => request.deadlineMs));
  const deadlineMs = Math.min(patience, now().getTime() + GROUP_TIMEOUT_MS);
  const replies = await database.tenant({ tenant, deadlineMs }, async (transaction) => {
    const lastTimeNs = await lockClock(transaction, tenant);
    const known = await readBooks(transaction, namedIds(group), lastTimeNs);
    const books = openBooks(known, BigInt(now().getTime()) * 1_000_000n);
    const facts: Fact[] = [];
    const answers = group.map((request) => {
      const { accounts, postings } = books.added;
      const before = { accounts: accounts.length, postings: postings.length };
      const answer = request.settle(books);
      facts.push(
        ...accounts.slice(before.accounts).map((account) => accountCreated(tenant, account, request.trace)),
        ...postings.slice(before.postings).map(({ transfer }) => transferPosted(tenant, transfer, request.trace)),
      );
      return answer;
    });
    await writeBooks(transaction, tenant, books);
    await outbox.append(transaction, facts);
    return answers;
  });
  for (const reply of replies) {
    reply();
  }
}

/**
 * Makes writers of one tenant take turns, and returns the last time given. Turns also keep times in the order of commits,
 * so that a reader who has seen a time has seen all before it.
 */
async function lockClock(transaction: Transaction, tenant: string): Promise<bigint> {
  for (;;) {
    // The planner cannot guess how many rows a tenant has. Left to itself it has read all of a tenant's accounts, or
    // compared each row named with each row found; so: rows by their index, joins by hash.
    const [clock] = await transaction.execute<{ last_time_ns: string }>(sql`
      select last_time_ns, set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true)
      from ledger_clock where tenant_id = ${tenant} for update`);
    if (clock !== undefined) {
      return BigInt(clock.last_time_ns);
    }
    await transaction.execute(
      sql`insert into ledger_clock (tenant_id, last_time_ns) values (${tenant}, 0) on conflict do nothing`,
    );
  }
}

function namedIds(group: readonly BooksRequest[]): NamedIds {
  return {
    accounts: new Set(group.flatMap(({ ids }) => [...ids.accounts])),
    transfers: new Set(group.flatMap(({ ids }) => [...ids.transfers])),
  };
}
