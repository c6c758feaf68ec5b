/**
 * Carries out a request once: decided and planned in one transaction, booked by the ledger, answered in another. A crash
 * between them leaves a plan, which the next who comes, or the resumer, settles.
 */
import { createHash } from "node:crypto";
import { type DescMethodUnary, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type MoveResponse, MoveResponseSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { fingerprint } from "#platform/idempotency/idempotent.ts";
import type { Call } from "#platform/rpc/call.ts";
import type { Plan } from "../domain/plan.ts";
import { findMove, insertMove, lockRequest } from "../store/move-store.ts";
import { type SettleDeps, settle } from "./settle.ts";

/** What deciding led to. */
export type Decided =
  | { readonly kind: "answered"; readonly authorizationId: string | null; readonly answer: MoveResponse }
  | { readonly kind: "planned"; readonly authorizationId: string; readonly plan: Plan }
  /** Another move of the authorization must be settled first. */
  | { readonly kind: "blocked"; readonly by: string };

/** A request to carry out. */
export interface Errand {
  readonly requestId: string;
  readonly fingerprint: Buffer;
  readonly decide: (transaction: Transaction) => Promise<Decided>;
}

/** Times that a request gives way to another move of its authorization before its caller is asked to come again. */
const MAX_BLOCKED = 5;

/** Fingerprint of a request of a method. */
export function fingerprintOf<I extends DescMethodUnary>(method: I, request: MessageShape<I["input"]>): Buffer {
  return createHash("sha256").update(method.name).update(fingerprint(method.input, request)).digest();
}

/**
 * Carries out an errand, and answers it.
 *
 * @throws REQUEST_ID_REUSED when the same request_id came with other content.
 */
export async function carryOut(deps: SettleDeps, call: Call, errand: Errand): Promise<MoveResponse> {
  for (let blocked = 0; blocked < MAX_BLOCKED; blocked++) {
    const begun = await deps.database.tenant(call, (transaction) => begin(transaction, call.tenant, errand));
    switch (begun.kind) {
      case "answered":
        return begun.answer;
      case "planned":
        return settle(deps, call, errand.requestId);
      case "blocked":
        await settle(deps, call, begun.by);
    }
  }
  throw meshError("REQUEST_IN_PROGRESS");
}

async function begin(transaction: Transaction, tenant: string, errand: Errand): Promise<Decided | { kind: "planned" }> {
  const { requestId } = errand;
  await lockRequest(transaction, tenant, requestId);
  const before = await findMove(transaction, requestId);
  if (before !== undefined) {
    if (!before.fingerprint.equals(errand.fingerprint)) {
      throw meshError("REQUEST_ID_REUSED");
    }
    return "plan" in before.progress
      ? { kind: "planned" }
      : {
          kind: "answered",
          authorizationId: before.authorizationId,
          answer: fromBinary(MoveResponseSchema, before.progress.answer),
        };
  }
  const decided = await errand.decide(transaction);
  if (decided.kind !== "blocked") {
    const progress =
      decided.kind === "planned"
        ? { plan: decided.plan }
        : { answer: Buffer.from(toBinary(MoveResponseSchema, decided.answer)) };
    const { authorizationId } = decided;
    await insertMove(transaction, tenant, { requestId, fingerprint: errand.fingerprint, authorizationId, progress });
  }
  return decided;
}
