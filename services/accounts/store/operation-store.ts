/** Reads and writes operations within a tenant's transaction. */
import { and, eq, inArray, or, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Operation, Outcome, Progress } from "../domain/operation.ts";
import type { OperationKind } from "../domain/terms.ts";
import { RESUME_AFTER_MS } from "./resume-store.ts";
import { operations } from "./schema.ts";

type Row = typeof operations.$inferSelect;

/** Adds a decided operation. */
export async function insertOperation(transaction: Transaction, tenant: string, operation: Operation): Promise<void> {
  await transaction.insert(operations).values({
    ...operation,
    ...progressColumns(operation.progress),
    tenantId: tenant,
    creditorAccountId: operation.creditorAccountId ?? null,
    creditorCustomerId: operation.creditorCustomerId ?? null,
    currencyCode: operation.amount.currencyCode,
    amount: operation.amount.minor,
    legs: operation.legs.map((leg) => ({ ...leg, amount: String(leg.amount) })),
    resumeTime: new Date(operation.createTime.getTime() + RESUME_AFTER_MS),
  });
}

/** An operation that is known to exist. */
export async function requireOperation(transaction: Transaction, id: string): Promise<Operation> {
  const [row] = await transaction.select().from(operations).where(eq(operations.id, id));
  if (row === undefined) {
    throw new Error(`operation ${id} was claimed and not written`);
  }
  return toOperation(row);
}

/** Ends an operation that is under way; undefined where another ended it first. */
export async function endOperation(
  transaction: Transaction,
  id: string,
  outcome: Outcome,
): Promise<Operation | undefined> {
  const [row] = await transaction
    .update(operations)
    .set(progressColumns(outcome))
    .where(and(eq(operations.id, id), eq(operations.state, "pending")))
    .returning();
  return row === undefined ? undefined : toOperation(row);
}

/** Whether an operation on the account, on either side, has been decided and not ended. */
export async function hasOperationsUnderWay(transaction: Transaction, accountId: string): Promise<boolean> {
  const [found] = await transaction
    .select({ id: operations.id })
    .from(operations)
    .where(
      and(
        eq(operations.state, "pending"),
        or(eq(operations.accountId, accountId), eq(operations.creditorAccountId, accountId)),
      ),
    )
    .limit(1);
  return found !== undefined;
}

/**
 * What an account's operations of one kind moved on the UTC day of `at`, in minor units. Those under way count: they may
 * be posted yet. Until the transaction ends no other one can ask for the same sum, so that two operations that each
 * stay within a daily limit cannot pass it together.
 */
export async function sumOfDay(
  transaction: Transaction,
  tenant: string,
  accountId: string,
  kind: OperationKind,
  at: Date,
): Promise<bigint> {
  await transaction.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${accountId}/${kind}`}, 1))`);
  const day = at.toISOString().slice(0, "2026-01-02".length);
  const [row] = await transaction.execute<{ used: string }>(sql`
    select coalesce(sum(amount), 0)::text as used from operations
    where tenant_id = ${tenant} and account_id = ${accountId} and kind = ${kind} and state <> 'refused'
      and create_time >= ${`${day}T00:00:00Z`}::timestamptz
      and create_time < ${`${day}T00:00:00Z`}::timestamptz + interval '24 hours'`);
  return BigInt(row?.used ?? 0);
}

/** Descriptions by operation, of those that exist. */
export async function findDescriptions(
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) {
    return new Map();
  }
  const rows = await transaction
    .select({ id: operations.id, description: operations.description })
    .from(operations)
    .where(inArray(operations.id, [...ids]));
  return new Map(rows.map((row) => [row.id, row.description]));
}

function progressColumns(progress: Progress): Pick<Row, "state" | "bookTimeNs" | "refusal" | "refusalMetadata"> {
  return {
    state: progress.state,
    bookTimeNs: progress.state === "posted" ? progress.bookTimeNs : null,
    refusal: progress.state === "refused" ? progress.refusal.reason : null,
    refusalMetadata: progress.state === "refused" ? progress.refusal.metadata : null,
  };
}

function toOperation(row: Row): Operation {
  return {
    id: row.id,
    kind: row.kind,
    accountId: row.accountId,
    creditorAccountId: row.creditorAccountId ?? undefined,
    amount: { currencyCode: row.currencyCode, minor: row.amount },
    description: row.description,
    fee: row.fee,
    legs: row.legs.map((leg) => ({ ...leg, amount: BigInt(leg.amount) })),
    customerId: row.customerId,
    creditorCustomerId: row.creditorCustomerId ?? undefined,
    createTime: row.createTime,
    progress: toProgress(row),
  };
}

function toProgress({ id, state, bookTimeNs, refusal, refusalMetadata }: Row): Progress {
  if (state === "posted" && bookTimeNs !== null) {
    return { state, bookTimeNs };
  }
  if (state === "refused" && refusal !== null && refusalMetadata !== null) {
    return { state, refusal: { reason: refusal, metadata: refusalMetadata } };
  }
  if (state === "pending") {
    return { state };
  }
  throw new Error(`operation ${id} is ${state} without saying how`);
}
