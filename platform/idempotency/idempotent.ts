/** Mutations of one transaction: the first answer to a request_id is kept with the change, and repeated. */
import { createHash } from "node:crypto";
import {
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type Message,
  type MessageShape,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { stringify } from "safe-stable-stringify";
import type { Transaction } from "../db/database.ts";
import { meshError } from "../errors/mesh-errors.ts";
import type { Call } from "../rpc/call.ts";

/** A digest of a request's content: equal for equal requests, whatever the order of their map entries. */
export function fingerprint(desc: DescMessage, request: Message): Buffer {
  return createHash("sha256")
    .update(stringify(toJson(desc, request)) ?? "")
    .digest();
}

/**
 * Runs `work` once per request_id within the transaction. Sent again with the same content, the first answer is
 * returned and `work` is not run; a call that comes while the first is under way waits for its transaction.
 *
 * @throws REQUEST_ID_REUSED when the same request_id came with another method or other content.
 */
export async function idempotent<I extends DescMessage, O extends DescMessage>(
  transaction: Transaction,
  call: Pick<Call, "tenant">,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I> & { readonly requestId: string },
  work: () => Promise<MessageShape<O>>,
): Promise<MessageShape<O>> {
  const name = `${method.parent.typeName}/${method.name}`;
  const digest = fingerprint(method.input, request);
  // A twin waits here for the first call's transaction, and then finds its answer.
  await transaction.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(${`${call.tenant}/${request.requestId}`}, 0))`);
  const [first] = await transaction.execute<{ method: string; fingerprint: Buffer; response: Buffer }>(sql`
    select method, fingerprint, response from idempotency
    where tenant_id = ${call.tenant} and request_id = ${request.requestId}`);
  if (first !== undefined) {
    if (first.method !== name || !first.fingerprint.equals(digest)) {
      throw meshError("REQUEST_ID_REUSED");
    }
    return fromBinary(method.output, first.response);
  }
  const response = await work();
  await transaction.execute(sql`
    insert into idempotency (tenant_id, request_id, method, fingerprint, response)
    values (${call.tenant}, ${request.requestId}, ${name}, ${digest}, ${Buffer.from(toBinary(method.output, response))})`);
  return response;
}
