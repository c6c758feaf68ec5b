/**
 * Keys of calls that take more than one transaction. They stand in the same table as those of `idempotent`, so that a
 * request_id belongs to one call of the service, whichever; the outcome stands in the row that the call works on.
 */
import type { DescMessage, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { MAX, NIL } from "uuid";
import type { Transaction } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { fingerprint } from "#platform/idempotency/idempotent.ts";

/** What identifies a call. */
export interface RequestKey {
  /** In lower case. */
  readonly requestId: string;
  readonly method: string;
  readonly fingerprint: Buffer;
}

/**
 * The key of a request.
 *
 * @throws VALIDATION_FAILED for the UUIDs of all zeros and all ones: the ledger takes neither as a transfer's id.
 */
export function requestKey<I extends DescMessage>(
  method: DescMethodUnary<I>,
  request: MessageShape<I> & { readonly requestId: string },
): RequestKey {
  const requestId = request.requestId.toLowerCase();
  if (requestId === NIL || requestId === MAX) {
    const description = "value must be neither the nil nor the max UUID";
    throw meshError("VALIDATION_FAILED", { violations: [{ field: "request_id", description }] });
  }
  return {
    requestId,
    method: `${method.parent.typeName}/${method.name}`,
    fingerprint: fingerprint(method.input, request),
  };
}

/**
 * Takes the key for this transaction; false where the same call took it before. A twin waits here until the first
 * call's transaction has ended.
 *
 * @throws REQUEST_ID_REUSED when another call, or one with other content, took it.
 */
export async function claimKey(transaction: Transaction, tenant: string, key: RequestKey): Promise<boolean> {
  const claimed = await transaction.execute(sql`
    with twin as materialized (
      select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${key.requestId}`}, 0))
    )
    insert into idempotency (tenant_id, request_id, method, fingerprint, response)
    select ${tenant}, ${key.requestId}::uuid, ${key.method}, ${key.fingerprint}::bytea, ''::bytea from twin
    on conflict do nothing
    returning request_id`);
  if (claimed.length > 0) {
    return true;
  }
  await isClaimed(transaction, tenant, key);
  return false;
}

/**
 * Whether the same call took the key before.
 *
 * @throws REQUEST_ID_REUSED when another call, or one with other content, took it.
 */
export async function isClaimed(transaction: Transaction, tenant: string, key: RequestKey): Promise<boolean> {
  const [first] = await transaction.execute<{ method: string; fingerprint: Buffer }>(sql`
    select method, fingerprint from idempotency where tenant_id = ${tenant} and request_id = ${key.requestId}`);
  if (first === undefined) {
    return false;
  }
  if (first.method !== key.method || !first.fingerprint.equals(key.fingerprint)) {
    throw meshError("REQUEST_ID_REUSED");
  }
  return true;
}
