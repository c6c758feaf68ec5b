/** Reads and writes tokens and reveal links, in a transaction of the tenant. */
import { createHash } from "node:crypto";
import { and, eq, gt, isNull } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import { revealLinks, tokens } from "./schema.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Adds a token. */
export async function insertToken(transaction: Transaction, token: typeof tokens.$inferInsert): Promise<void> {
  await transaction.insert(tokens).values(token);
}

/** Reference of the card that a token stands for. */
export async function cardOfToken(transaction: Transaction, tenantId: string, id: string): Promise<string | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const rows = await transaction
    .select({ cardId: tokens.cardId })
    .from(tokens)
    .where(and(eq(tokens.tenantId, tenantId), eq(tokens.id, id)));
  return rows[0]?.cardId;
}

/** Adds a link. */
export async function insertRevealLink(
  transaction: Transaction,
  { token, ...link }: Omit<typeof revealLinks.$inferInsert, "tokenDigest"> & { readonly token: string },
): Promise<void> {
  await transaction.insert(revealLinks).values({ ...link, tokenDigest: digestOf(token) });
}

/** Uses a link up; undefined where there is none that is good. */
export async function useRevealLink(transaction: Transaction, tenantId: string, token: string, now: Date) {
  const [link] = await transaction
    .update(revealLinks)
    .set({ useTime: now })
    .where(
      and(
        eq(revealLinks.tenantId, tenantId),
        eq(revealLinks.tokenDigest, digestOf(token)),
        isNull(revealLinks.useTime),
        gt(revealLinks.expireTime, now),
      ),
    )
    .returning();
  return link;
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
