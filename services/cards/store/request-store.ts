/** Reads and writes what vendors were asked, by request_id. */
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { requests } from "./schema.ts";

/** A request as it is kept. */
export type KeptRequest = Omit<typeof requests.$inferSelect, "tenantId">;

/** Longest pause before the next try, in milliseconds. */
const MAX_PAUSE_MS = 15_000;

/** The request, behind a lock that makes its twins wait until this transaction ends; undefined where it is new. */
export async function lockRequest(
  transaction: Transaction,
  tenant: string,
  requestId: string,
): Promise<KeptRequest | undefined> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${requestId}`}, 0))`);
  const [row] = await transaction.select().from(requests).where(eq(requests.requestId, requestId));
  return row;
}

/** Requests of an authorization whose answer is lacking, oldest first. */
export async function findUnended(transaction: Transaction, authorizationId: string): Promise<KeptRequest[]> {
  return transaction
    .select()
    .from(requests)
    .where(and(eq(requests.authorizationId, authorizationId), inArray(requests.state, ["open", "undoing"])))
    .orderBy(asc(requests.createTime));
}

/** Adds a request. */
export async function insertRequest(transaction: Transaction, tenantId: string, request: KeptRequest): Promise<void> {
  await transaction.insert(requests).values({ ...request, tenantId });
}

/** Ends a request with what was answered to it. */
export async function endRequest(transaction: Transaction, requestId: string, response: Buffer): Promise<void> {
  await transaction.update(requests).set({ state: "done", response }).where(eq(requests.requestId, requestId));
}

/** Moves a request that was not answered towards being undone. */
export async function moveRequest(
  transaction: Transaction,
  requestId: string,
  state: "undoing" | "undone",
): Promise<void> {
  await transaction
    .update(requests)
    .set({ state })
    .where(and(eq(requests.requestId, requestId), inArray(requests.state, ["open", "undoing"])));
}

/** Removes a request that a vendor refused: it left nothing, and may be sent anew. */
export async function deleteRequest(transaction: Transaction, requestId: string): Promise<void> {
  await transaction.delete(requests).where(eq(requests.requestId, requestId));
}

/** Takes requests whose time has come, whatever the tenant, and puts off their next try, longer each time. */
export async function takeDueRequests(
  transaction: Transaction,
  limit: number,
  pauseMs: number,
): Promise<{ readonly tenant: string; readonly id: string }[]> {
  const rows = await transaction.execute<{ tenant_id: string; request_id: string }>(sql`
    update requests as due
    set resume_tries = least(due.resume_tries + 1, 10),
        resume_time = now() + least(${pauseMs} * power(2, due.resume_tries), ${MAX_PAUSE_MS}) * interval '1 millisecond'
    from (
      select tenant_id, request_id from requests
      where state in ('open', 'undoing') and resume_time <= now()
      order by resume_time limit ${limit} for update skip locked
    ) as taken
    where due.tenant_id = taken.tenant_id and due.request_id = taken.request_id
    returning due.tenant_id, due.request_id`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.request_id }));
}
