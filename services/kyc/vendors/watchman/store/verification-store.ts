/** Reads and writes verifications within a tenant's transaction. */
import { and, eq } from "drizzle-orm";
import { validate } from "uuid";
import type { Transaction } from "#platform/db/database.ts";
import { type State, verifications } from "./schema.ts";

/** A verification as it is kept. */
export type Kept = typeof verifications.$inferSelect;

/** By its id, or the request that began it; locked, and expired where its time has passed. */
export async function findVerification(
  transaction: Transaction,
  by: { readonly id: string } | { readonly requestId: string },
  now: Date,
): Promise<Kept | undefined> {
  const [column, value] =
    "id" in by ? [verifications.id, by.id] : [verifications.requestId, by.requestId.toLowerCase()];
  if (!validate(value)) {
    return undefined;
  }
  const [kept] = await transaction.select().from(verifications).where(eq(column, value)).for("update");
  const isOver = kept?.state === "passed" && kept.expireTime !== null && kept.expireTime.getTime() <= now.getTime();
  return kept !== undefined && isOver ? moveVerification(transaction, kept, "expired") : kept;
}

/** Adds a verification. */
export async function insertVerification(transaction: Transaction, kept: Kept): Promise<void> {
  await transaction.insert(verifications).values(kept);
}

/** Moves a verification that is locked, and raises its version. */
export async function moveVerification(transaction: Transaction, kept: Kept, state: State): Promise<Kept> {
  const version = kept.version + 1n;
  await transaction
    .update(verifications)
    .set({ state, version })
    .where(and(eq(verifications.tenantId, kept.tenantId), eq(verifications.id, kept.id)));
  return { ...kept, state, version };
}
