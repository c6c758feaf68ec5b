/** Reads and writes bindings and their revisions within a tenant's transaction. */
import { and, asc, desc, eq, gt, lt } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Binding, Revision } from "../domain/binding.ts";
import { bindingRevisions, bindings } from "./schema.ts";

/** The binding, locked when it is about to change; undefined where there is none. */
export async function findBinding(
  transaction: Transaction,
  capability: string,
  lock?: "update",
): Promise<Binding | undefined> {
  const query = transaction.select().from(bindings).where(eq(bindings.capability, capability));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row === undefined ? undefined : toBinding(row);
}

/** Bindings by capability, after `afterCapability`. */
export async function listBindingsAfter(
  transaction: Transaction,
  afterCapability: string | undefined,
  limit: number,
): Promise<Binding[]> {
  const rows = await transaction
    .select()
    .from(bindings)
    .where(afterCapability === undefined ? undefined : gt(bindings.capability, afterCapability))
    .orderBy(asc(bindings.capability))
    .limit(limit);
  return rows.map(toBinding);
}

/** Keeps the binding with the change that made it what it is; false where another first binding of it came between. */
export async function saveBinding(
  transaction: Transaction,
  tenantId: string,
  { capability, terms, version, createTime, updateTime }: Binding,
  revision: Revision,
): Promise<boolean> {
  const saved = await transaction
    .insert(bindings)
    .values({ tenantId, capability, terms, version, createTime, updateTime })
    .onConflictDoUpdate({
      target: [bindings.tenantId, bindings.capability],
      set: { terms, version, updateTime },
      setWhere: eq(bindings.version, version - 1n),
    })
    .returning({ version: bindings.version });
  if (saved.length === 0) {
    return false;
  }
  const { before, after, principal, reason } = revision;
  await transaction.insert(bindingRevisions).values({
    tenantId,
    capability,
    version,
    termsBefore: before ?? null,
    termsAfter: after,
    principal,
    reason,
    createTime: revision.createTime,
  });
  return true;
}

/** Changes of a binding, newest first, before `beforeVersion`. */
export async function listRevisionsBefore(
  transaction: Transaction,
  capability: string,
  beforeVersion: bigint | undefined,
  limit: number,
): Promise<Revision[]> {
  const rows = await transaction
    .select()
    .from(bindingRevisions)
    .where(
      and(
        eq(bindingRevisions.capability, capability),
        beforeVersion === undefined ? undefined : lt(bindingRevisions.version, beforeVersion),
      ),
    )
    .orderBy(desc(bindingRevisions.version))
    .limit(limit);
  return rows.map(({ termsBefore, termsAfter, tenantId: _, ...row }) => ({
    ...row,
    before: termsBefore ?? undefined,
    after: termsAfter,
  }));
}

/** A row as the domain knows it. */
export function toBinding({
  capability,
  terms,
  version,
  createTime,
  updateTime,
}: typeof bindings.$inferSelect): Binding {
  return { capability, terms, version, createTime, updateTime };
}
