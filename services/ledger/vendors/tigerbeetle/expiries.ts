/**
 * Which pending transfers have expired. TigerBeetle tells nobody when one does, so each with a timeout is noted when it is
 * told of, and asked for when its time has come.
 */
import { sql } from "drizzle-orm";
import { PendingState } from "#gen/malla/ledger/v1/ledger_pb.js";
import { arrayLiteral } from "#platform/db/array-literal.ts";
import type { Transaction } from "#platform/db/database.ts";
import type { Books } from "./books.ts";
import { idOf } from "./ids.ts";
import { pendingStates } from "./pending-states.ts";
import { isPending, type NotedTransfer, noteTransfers } from "./read-transfers.ts";

/** A pending transfer that is due. */
export interface DueExpiry {
  readonly tenant: string;
  readonly id: string;
  readonly dueTimeNs: bigint;
}

/** A pending transfer that expired. */
export interface Expired {
  readonly noted: NotedTransfer;
  readonly dueTimeNs: bigint;
}

const NS_PER_SECOND = 1_000_000_000n;

/** Notes those of the transfers that may expire. */
export async function noteDueExpiries(
  transaction: Transaction,
  tenant: string,
  transfers: readonly NotedTransfer[],
): Promise<void> {
  const due = transfers.filter(({ transfer }) => isPending(transfer) && transfer.timeout > 0);
  if (due.length > 0) {
    const times = due.map(({ transfer }) => transfer.timestamp + BigInt(transfer.timeout) * NS_PER_SECOND);
    await transaction.execute(sql`
      insert into due_expiries (tenant_id, id, due_time_ns)
      select ${tenant}, * from unnest(
        ${arrayLiteral(due.map(({ id }) => id))}::uuid[], ${arrayLiteral(times)}::bigint[])`);
  }
}

/** What is due by now, in the order of expiry. */
export async function readDueExpiries(transaction: Transaction, nowNs: bigint, limit: number): Promise<DueExpiry[]> {
  const rows = await transaction.execute<{ tenant_id: string; id: string; due_time_ns: string }>(sql`
    select tenant_id, id, due_time_ns from due_expiries
    where due_time_ns <= ${String(nowNs)}::bigint order by due_time_ns limit ${limit}`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id, dueTimeNs: BigInt(row.due_time_ns) }));
}

/** Takes what has ended off the notes, and answers what of it expired, in the order of expiry. */
export async function takeExpired(
  transaction: Transaction,
  books: Books,
  due: readonly DueExpiry[],
): Promise<{ readonly expired: Expired[]; readonly ended: number }> {
  const tbIds = due.map(({ id }) => idOf(books.tenant, id));
  const states = await pendingStates(books, tbIds);
  const ended = due.filter((_, index) => states.get(tbIds[index] ?? 0n) !== PendingState.PENDING);
  if (ended.length > 0) {
    await transaction.execute(sql`
      delete from due_expiries
      where tenant_id = ${books.tenant} and id = any(${arrayLiteral(ended.map(({ id }) => id))}::uuid[])`);
  }
  const gone = due.filter((_, index) => states.get(tbIds[index] ?? 0n) === PendingState.EXPIRED);
  const found = await books.cluster.lookupTransfers(gone.map(({ id }) => idOf(books.tenant, id)));
  const noted = new Map((await noteTransfers(books, found)).map((one) => [one.id, one]));
  const expired = gone.flatMap(({ id, dueTimeNs }) => {
    const one = noted.get(id);
    return one === undefined ? [] : [{ noted: one, dueTimeNs }];
  });
  return { expired, ended: ended.length };
}
