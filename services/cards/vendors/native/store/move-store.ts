/** Reads and writes moves by request_id: planned while the ledger is asked, answered from then on. */
import { eq, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Plan } from "../domain/plan.ts";
import { decodeExact, encodeExact } from "./exact-json.ts";
import { moves, reversedUnseen } from "./schema.ts";

/** How long whoever began a move is left to end it before it is taken up again, in milliseconds. */
export const RESUME_AFTER_MS = 3_000;

/** A move. */
export interface KeptMove {
  readonly requestId: string;
  readonly fingerprint: Buffer;
  /** None of a reversal whose request was never seen. */
  readonly authorizationId: string | null;
  readonly progress: { readonly plan: Plan } | { readonly answer: Buffer };
}

/** Waits for whoever works on the request, and keeps others waiting until this transaction ends. */
export async function lockRequest(transaction: Transaction, tenant: string, requestId: string): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${requestId}`}, 0))`);
}

/** The move of a request. */
export async function findMove(
  transaction: Transaction,
  requestId: string,
  lock?: "update",
): Promise<KeptMove | undefined> {
  const query = transaction.select().from(moves).where(eq(moves.requestId, requestId));
  const [row] = await (lock === undefined ? query : query.for(lock));
  if (row === undefined) {
    return undefined;
  }
  const { fingerprint, authorizationId, plan, answer } = row;
  const progress = answer === null ? { plan: decodeExact<Plan>(plan) } : { answer };
  return { requestId, fingerprint, authorizationId, progress };
}

/** request_id of a move of the authorization that is still planned. */
export async function findPlanned(transaction: Transaction, authorizationId: string): Promise<string | undefined> {
  const [row] = await transaction.execute<{ request_id: string }>(sql`
    select request_id from moves where authorization_id = ${authorizationId} and answer is null limit 1`);
  return row?.request_id;
}

/** Adds a move. */
export async function insertMove(transaction: Transaction, tenantId: string, move: KeptMove): Promise<void> {
  const { progress, ...rest } = move;
  const isPlanned = "plan" in progress;
  await transaction.insert(moves).values({
    ...rest,
    tenantId,
    plan: isPlanned ? encodeExact(progress.plan) : null,
    answer: isPlanned ? null : progress.answer,
    resumeTime: new Date(Date.now() + RESUME_AFTER_MS),
  });
}

/** Answers a planned move. */
export async function answerMove(transaction: Transaction, requestId: string, answer: Buffer): Promise<void> {
  await transaction.update(moves).set({ plan: null, answer }).where(eq(moves.requestId, requestId));
}

/** Whether the request was reversed before it came. */
export async function isReversedUnseen(transaction: Transaction, requestId: string): Promise<boolean> {
  const rows = await transaction.select().from(reversedUnseen).where(eq(reversedUnseen.requestId, requestId));
  return rows.length > 0;
}

/** Remembers that a request is reversed, should it ever come. */
export async function insertReversedUnseen(
  transaction: Transaction,
  tenantId: string,
  requestId: string,
): Promise<void> {
  await transaction.insert(reversedUnseen).values({ tenantId, requestId }).onConflictDoNothing();
}

/** Something left to do, whatever the tenant. */
export interface Due {
  readonly tenant: string;
  readonly id: string;
}

/** Moves whose answer is overdue; their next turn is put off, so that several processes share them. */
export async function takeOverdueMoves(transaction: Transaction, limit: number): Promise<Due[]> {
  const rows = await transaction.execute<{ tenant_id: string; request_id: string }>(sql`
    update moves as overdue set resume_time = now() + ${RESUME_AFTER_MS} * interval '1 millisecond'
    from (
      select tenant_id, request_id from moves where answer is null and resume_time <= now()
      order by resume_time limit ${limit} for update skip locked
    ) as due
    where overdue.tenant_id = due.tenant_id and overdue.request_id = due.request_id
    returning overdue.tenant_id, overdue.request_id`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.request_id }));
}

/** Authorizations whose time has passed while they held something. */
export async function findExpired(transaction: Transaction, limit: number): Promise<Due[]> {
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    select tenant_id, id from authorizations where state = 'approved' and expire_time <= now()
    order by expire_time limit ${limit}`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}
