/** Reads and writes verifications within a tenant's transaction. */
import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { verifications } from "./schema.ts";

/** A verification as it is kept. */
export type Kept = typeof verifications.$inferSelect;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** By its id, or the request that began it; locked, and expired where its time has passed. */
export async function findVerification(
  transaction: Transaction,
  by: { readonly id: string } | { readonly requestId: string },
  now: Date,
): Promise<Kept | undefined> {
  const value = "id" in by ? by.id : by.requestId.toLowerCase();
  if (!UUID.test(value)) {
    return undefined;
  }
  const column = "id" in by ? verifications.id : verifications.requestId;
  const [kept] = await transaction.select().from(verifications).where(eq(column, value)).for("update");
  const isOver = kept?.state === "passed" && kept.expireTime !== null && kept.expireTime.getTime() <= now.getTime();
  return kept !== undefined && isOver ? changeVerification(transaction, kept, { state: "expired" }) : kept;
}

/** Adds a verification. */
export async function insertVerification(transaction: Transaction, kept: Kept): Promise<void> {
  await transaction.insert(verifications).values(kept);
}

/** Changes a verification that is locked, and raises its version. */
export async function changeVerification(
  transaction: Transaction,
  kept: Kept,
  to: Partial<Pick<Kept, "state" | "steps" | "hits" | "expireTime" | "documentDigest" | "listsVersion">>,
): Promise<Kept> {
  const changed: Kept = { ...kept, ...to, version: kept.version + 1n };
  await transaction
    .update(verifications)
    .set({ ...to, version: changed.version })
    .where(isRow(kept));
  return changed;
}

/** Notes against which lists a party was screened: no change of the verification. */
export async function noteLists(transaction: Transaction, kept: Kept, listsVersion: string): Promise<void> {
  await transaction.update(verifications).set({ listsVersion }).where(isRow(kept));
}

/** Who is watched. */
export interface Watched {
  readonly tenant: string;
  readonly id: string;
}

/** Monitored parties that passed and were screened against other lists, in order, from beyond `after` on. Worker role. */
export async function findWatched(
  transaction: Transaction,
  { listsVersion, now, after, limit }: { listsVersion: string; now: Date; after: Watched | undefined; limit: number },
): Promise<Watched[]> {
  const { tenant, id } = after ?? { tenant: "", id: "00000000-0000-0000-0000-000000000000" };
  const rows = await transaction.execute<{ tenant_id: string; id: string }>(sql`
    select tenant_id, id from verifications
    where is_monitored and state = 'passed' and expire_time > ${now.toISOString()}
      and lists_version <> ${listsVersion} and (tenant_id, id) > (${tenant}, ${id}::uuid)
    order by tenant_id, id limit ${limit}`);
  return rows.map((row) => ({ tenant: row.tenant_id, id: row.id }));
}

function isRow({ tenantId, id }: Pick<Kept, "tenantId" | "id">) {
  return and(eq(verifications.tenantId, tenantId), eq(verifications.id, id));
}
