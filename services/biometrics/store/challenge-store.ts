/** Reads and writes challenges within a tenant's transaction. */
import { and, eq } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Challenge } from "../domain/challenge.ts";
import { challenges } from "./schema.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The challenge, locked when it is about to change; undefined where there is none. */
export async function findChallenge(
  transaction: Transaction,
  id: string,
  lock?: "update",
): Promise<Challenge | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(challenges).where(eq(challenges.id, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  if (row === undefined) {
    return undefined;
  }
  const { tenantId: _, resolveTime: __, resolveTries: ___, ...challenge } = row;
  return challenge;
}

/** Adds a challenge. */
export async function insertChallenge(transaction: Transaction, tenant: string, challenge: Challenge): Promise<void> {
  await transaction
    .insert(challenges)
    .values({ ...challenge, tenantId: tenant, resolveTime: challenge.expireTime, resolveTries: 0 });
}

/** Replaces a challenge; where it is not finished, the resolver looks at it from `resolveTime` on. */
export async function updateChallengeRow(
  transaction: Transaction,
  tenant: string,
  challenge: Challenge,
  resolveTime?: Date,
): Promise<void> {
  await transaction
    .update(challenges)
    .set({ ...challenge, ...(resolveTime === undefined ? {} : { resolveTime }) })
    .where(and(eq(challenges.tenantId, tenant), eq(challenges.id, challenge.id)));
}
