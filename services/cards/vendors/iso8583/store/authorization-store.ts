/** Reads and writes authorizations, in a transaction of the tenant or of the worker. */
import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { AuthorizationFacts } from "../records/authorization.ts";
import { authorizations, reversedUnseen } from "./schema.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The authorization; undefined where the tenant has none of that reference. */
export async function findAuthorization(
  transaction: Transaction,
  tenantId: string,
  id: string,
  lock?: "update",
): Promise<AuthorizationFacts | undefined> {
  if (!UUID.test(id)) {
    return undefined;
  }
  const query = transaction.select().from(authorizations).where(byId(tenantId, id));
  const [row] = await (lock === undefined ? query : query.for(lock));
  return row?.facts;
}

/** Keeps what the host told last: what it told before that comes later changes nothing. */
export async function putAuthorization(
  transaction: Transaction,
  tenantId: string,
  id: string,
  facts: AuthorizationFacts,
): Promise<void> {
  const before = await findAuthorization(transaction, tenantId, id, "update");
  if (before === undefined) {
    await transaction.insert(authorizations).values({ tenantId, id, facts });
  } else if (facts.version > before.version) {
    await transaction.update(authorizations).set({ facts }).where(byId(tenantId, id));
  }
}

/** Remembers that an authorization was reversed before it came. */
export async function rememberReversed(transaction: Transaction, tenantId: string, id: string): Promise<void> {
  await transaction.insert(reversedUnseen).values({ tenantId, id }).onConflictDoNothing();
}

/** Whether it was. */
export async function wasReversed(transaction: Transaction, tenantId: string, id: string): Promise<boolean> {
  const rows = await transaction
    .select({ id: reversedUnseen.id })
    .from(reversedUnseen)
    .where(and(eq(reversedUnseen.tenantId, tenantId), eq(reversedUnseen.id, id)));
  return rows.length > 0;
}

/** One at a time decides about what goes by a request_id, until the transaction ends. */
export async function lockRequest(transaction: Transaction, tenantId: string, id: string): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${tenantId}/${id}`}, 0))`);
}

function byId(tenantId: string, id: string) {
  return and(eq(authorizations.tenantId, tenantId), eq(authorizations.id, id));
}
