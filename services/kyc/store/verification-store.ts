/** Reads and writes verifications within a tenant's transaction, and finds those that are due whatever the tenant. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { verifications } from "./schema.ts";

/** A verification as it is kept. */
export type Verification = Omit<typeof verifications.$inferSelect, "tenantId" | "resolveTime" | "resolveTries">;

/** A row of some tenant. */
export interface Due {
  readonly tenant: string;
  readonly id: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Longest pause between two tries, in milliseconds. */
const MAX_PAUSE_MS = 60_000;

/** The verification, locked when it is about to change; undefined where there is none. */
export async function findVerification(
  transaction: Transaction,
  id: string,
  lock?: "update",
): Promise<Verification | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(verifications).where(eq(verifications.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row;
}

/** The verification that a request began, behind a lock that a twin of the request waits for. */
export async function lockByRequest(
  transaction: Transaction,
  tenant: string,
  requestId: string,
): Promise<Verification | undefined> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${requestId}`}, 0))`);
  const [row] = await transaction.select().from(verifications).where(eq(verifications.requestId, requestId));
  return row;
}

/** The verification that a vendor knows by a reference, locked. */
export async function lockByReference(
  transaction: Transaction,
  vendor: string,
  reference: string,
): Promise<Verification | undefined> {
  const [row] = await transaction
    .select()
    .from(verifications)
    .where(and(eq(verifications.vendor, vendor), eq(verifications.reference, reference)))
    .for("update");
  return row;
}

/** Verifications, newest first, before `beforeId`; only those of a customer, where one is named. */
export function listVerificationsBefore(
  transaction: Transaction,
  { customer, beforeId }: { readonly customer: string; readonly beforeId: string | undefined },
  limit: number,
): Promise<Verification[]> {
  return transaction
    .select()
    .from(verifications)
    .where(
      and(
        customer === "" ? undefined : eq(verifications.customer, customer),
        beforeId === undefined ? undefined : lt(verifications.id, beforeId),
      ),
    )
    .orderBy(desc(verifications.id))
    .limit(limit);
}

/** Adds a verification; the resolver looks at it from `resolveTime` on. */
export async function insertVerification(
  transaction: Transaction,
  tenantId: string,
  verification: Verification,
  resolveTime: Date,
): Promise<void> {
  await transaction.insert(verifications).values({ ...verification, tenantId, resolveTime });
}

/** Writes a verification anew; where its state changed, the resolver begins to count afresh at `resolveTime`. */
export async function updateVerification(
  transaction: Transaction,
  verification: Verification,
  resolveTime?: Date,
): Promise<void> {
  await transaction
    .update(verifications)
    .set({ ...verification, ...(resolveTime === undefined ? {} : { resolveTime, resolveTries: 0 }) })
    .where(eq(verifications.id, verification.id));
}

/** Removes a verification that no vendor took up. */
export async function deletePending(transaction: Transaction, id: string): Promise<void> {
  await transaction.delete(verifications).where(and(eq(verifications.id, id), eq(verifications.state, "pending")));
}

/** Takes some of which nobody knows yet how they end; each is tried less and less often. */
export async function takeUnresolved(transaction: Transaction, limit: number, afterMs: number): Promise<Due[]> {
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    update verifications as unresolved
    set resolve_tries = least(unresolved.resolve_tries + 1, 10),
        resolve_time = now() + least(${afterMs} * power(2, unresolved.resolve_tries), ${MAX_PAUSE_MS})
          * interval '1 millisecond'
    from (
      select tenant_id, id from verifications
      where state in ('pending', 'processing', 'unknown') and resolve_time <= now()
      order by resolve_time limit ${limit}
      for update skip locked
    ) as due
    where unresolved.tenant_id = due.tenant_id and unresolved.id = due.id
    returning unresolved.tenant_id, unresolved.id`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}

/** Some that hold no longer. */
export async function findExpired(transaction: Transaction, limit: number): Promise<Due[]> {
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    select tenant_id, id from verifications
    where state = 'passed' and expire_time <= now() order by expire_time limit ${limit}`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}
