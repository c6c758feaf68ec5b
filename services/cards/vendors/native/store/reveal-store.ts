/** Reads and writes reveal links within a tenant's transaction. */
import { and, eq, gt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { revealLinks } from "./schema.ts";

/** A link as it is kept. */
export type Link = typeof revealLinks.$inferSelect;

/** The link that a request made. */
export async function findLink(
  transaction: Transaction,
  { requestId }: Pick<Link, "requestId">,
): Promise<Link | undefined> {
  const [row] = await transaction.select().from(revealLinks).where(eq(revealLinks.requestId, requestId));
  return row;
}

/** Adds a link. */
export async function insertLink(transaction: Transaction, link: typeof revealLinks.$inferInsert): Promise<void> {
  await transaction.insert(revealLinks).values(link);
}

/** Uses a link up; undefined where there is none, it was used, or its time passed. Of two who come at once one gets it. */
export async function useLink(transaction: Transaction, tokenHash: Buffer, at: Date): Promise<Link | undefined> {
  const [row] = await transaction
    .update(revealLinks)
    .set({ isUsed: true })
    .where(and(eq(revealLinks.tokenHash, tokenHash), eq(revealLinks.isUsed, false), gt(revealLinks.expireTime, at)))
    .returning();
  return row;
}
