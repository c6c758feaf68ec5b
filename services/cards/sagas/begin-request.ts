/** Writes a request down before a vendor is asked, so that it can be gone on with from there. */
import { type DescMessage, type DescMethodUnary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { Transaction } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { fingerprint } from "#platform/idempotency/idempotent.ts";
import type { Call } from "#platform/rpc/call.ts";
import type { CardsDeps } from "../service.ts";
import { insertRequest, type KeptRequest, lockRequest } from "../store/request-store.ts";

/** A request as it came. */
export interface Came<I extends DescMessage> {
  readonly method: DescMethodUnary<I, DescMessage>;
  readonly request: MessageShape<I> & { readonly requestId: string };
}

/**
 * The request if it came before, behind a lock; undefined where it is new.
 *
 * @throws REQUEST_ID_REUSED when the same request_id came with another method or other content.
 */
export async function findBefore<I extends DescMessage>(
  transaction: Transaction,
  call: Pick<Call, "tenant">,
  { method, request }: Came<I>,
): Promise<KeptRequest | undefined> {
  const before = await lockRequest(transaction, call.tenant, request.requestId);
  if (
    before !== undefined &&
    !(before.method === method.name && before.fingerprint.equals(fingerprint(method.input, request)))
  ) {
    throw meshError("REQUEST_ID_REUSED");
  }
  return before;
}

/** Writes a new request down. `kept`: the request without what must not be kept. */
export async function writeDown<I extends DescMessage>(
  { now, resolveAfterMs, vendorTimeoutMs }: Pick<CardsDeps, "now" | "resolveAfterMs" | "vendorTimeoutMs">,
  transaction: Transaction,
  call: Pick<Call, "tenant">,
  { method, request }: Came<I>,
  about: { readonly cardId: string; readonly authorizationId: string | null; readonly kept: MessageShape<I> },
): Promise<void> {
  const at = now();
  await insertRequest(transaction, call.tenant, {
    requestId: request.requestId,
    method: method.name,
    fingerprint: fingerprint(method.input, request),
    cardId: about.cardId,
    authorizationId: about.authorizationId,
    payload: Buffer.from(toBinary(method.input, about.kept)),
    state: "open",
    response: null,
    createTime: at,
    // Not before the call that is about to be made has ended, nor before the caller had time to ask.
    resumeTime: new Date(at.getTime() + Math.max(resolveAfterMs, vendorTimeoutMs)),
    resumeTries: 0,
  });
}
