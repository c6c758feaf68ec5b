/** Ends a move that was planned: the ledger is asked, and what it answered is written down. Safe to do any number of times. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type MoveResponse, MoveResponseSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Call } from "#platform/rpc/call.ts";
import { moveTo } from "../domain/card.ts";
import { isApproval } from "../domain/codes.ts";
import { settlePlan } from "../domain/plan.ts";
import { bookPlan, holdOf } from "../ledger/book-plan.ts";
import { toAnswer } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import { type Authorization, findAuthorization, updateAuthorization } from "../store/authorization-store.ts";
import { findCard, updateCard } from "../store/card-store.ts";
import { answerMove, findMove, type KeptMove } from "../store/move-store.ts";

/** What settling needs. */
export type SettleDeps = Pick<NativeDeps, "database" | "ledger">;

/**
 * Settles a move, and answers it.
 *
 * @throws UNAVAILABLE and DEADLINE_EXCEEDED of the ledger: the plan stands, and is settled later.
 */
export async function settle(deps: SettleDeps, call: Call, requestId: string): Promise<MoveResponse> {
  const { move, authorization } = await deps.database.tenant(call, (transaction) => read(transaction, requestId));
  if ("answer" in move.progress) {
    return fromBinary(MoveResponseSchema, move.progress.answer);
  }
  const { plan } = move.progress;
  const booked = await bookPlan(deps.ledger, call, requestId, authorization, plan);
  return deps.database.tenant(call, async (transaction) => {
    const now = await read(transaction, requestId, "update");
    if ("answer" in now.move.progress) {
      return fromBinary(MoveResponseSchema, now.move.progress.answer);
    }
    // Nothing else can have moved it: a planned move blocks all others.
    const { after, code } = settlePlan(now.authorization, plan, booked);
    const isMoved = plan.isDecision || isApproval(code);
    const moved: Authorization = isMoved
      ? {
          ...authorization,
          ...after,
          hold: holdOf(call.tenant, requestId, plan) ?? authorization.hold,
          approvalCode: isApproval(code) ? authorization.approvalCode : "",
          version: authorization.version + 1n,
        }
      : authorization;
    await updateAuthorization(transaction, call.tenant, moved);
    if (plan.isDecision && isApproval(code)) {
      await useUp(transaction, call.tenant, authorization);
    }
    const answer = toAnswer(code, moved);
    await answerMove(transaction, requestId, Buffer.from(toBinary(MoveResponseSchema, answer)));
    return answer;
  });
}

async function read(
  transaction: Transaction,
  requestId: string,
  lock?: "update",
): Promise<{ move: KeptMove; authorization: Authorization }> {
  const found = await findMove(transaction, requestId);
  const authorization = await findAuthorization(transaction, found?.authorizationId ?? "", lock);
  // Read again behind the authorization's lock: whoever held it may have ended the move.
  const move = lock === undefined ? found : await findMove(transaction, requestId);
  if (move === undefined || authorization === undefined) {
    throw new Error(`move ${requestId} or its authorization is lost`);
  }
  return { move, authorization };
}

/** A single-use card is closed by its first approved authorization. */
async function useUp(transaction: Transaction, tenant: string, { cardId }: Authorization): Promise<void> {
  const card = await findCard(transaction, cardId ?? "", "update");
  const closed = card?.form === "single_use" ? moveTo(card, "closed", "used") : undefined;
  if (card !== undefined && closed !== undefined) {
    await updateCard(transaction, tenant, { ...card, ...closed });
  }
}
