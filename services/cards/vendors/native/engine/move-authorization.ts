/** Moves an authorization that there is: decided under its lock, planned where money moves. */
import { v5 as uuidv5 } from "uuid";
import type { MoveResponse } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import type { Call } from "#platform/rpc/call.ts";
import { decideMove, type Move } from "../domain/authorization.ts";
import { planMovements } from "../domain/movements.ts";
import { cardsRefused } from "../errors.ts";
import { NAME_SPACE } from "../ledger/accounts.ts";
import { toAnswer } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import { type Authorization, findAuthorization, updateAuthorization } from "../store/authorization-store.ts";
import { findPlanned } from "../store/move-store.ts";
import { carryOut, type Decided } from "./carry-out.ts";

/** How much longer than the processor the ledger keeps a hold, in seconds: it only ends what the processor never did. */
const LEDGER_GRACE_SECONDS = 86_400;

type MoveDeps = Pick<NativeDeps, "database" | "ledger" | "now">;

/** Decides a move of an authorization, by its id. `amounts` must be of its currency, where there are any. */
export async function decide(
  { now }: Pick<NativeDeps, "now">,
  transaction: Transaction,
  tenant: string,
  authorizationId: string,
  move: Move,
  amount?: Money,
): Promise<Decided> {
  const authorization = await findAuthorization(transaction, authorizationId, "update");
  if (authorization === undefined) {
    throw cardsRefused("authorization_not_found");
  }
  const by = await findPlanned(transaction, authorizationId);
  if (by !== undefined) {
    return { kind: "blocked", by };
  }
  if (amount !== undefined && amount.currencyCode !== authorization.currencyCode) {
    return { kind: "answered", authorizationId, answer: toAnswer("57", authorization) };
  }
  const after = decideMove(authorization, move);
  if (typeof after === "string") {
    return { kind: "answered", authorizationId, answer: toAnswer(after, authorization) };
  }
  const movements = planMovements(authorization, after);
  if (movements.length > 0) {
    const timeoutSeconds = ledgerTimeout(authorization, now());
    return { kind: "planned", authorizationId, plan: { movements, after, isDecision: false, timeoutSeconds } };
  }
  const moved = { ...authorization, ...after, version: authorization.version + 1n };
  await updateAuthorization(transaction, tenant, moved);
  return { kind: "answered", authorizationId, answer: toAnswer("00", moved) };
}

/** Seconds that the ledger keeps a hold of the authorization. */
export function ledgerTimeout({ expireTime }: Pick<Authorization, "expireTime">, now: Date): number {
  return Math.max(0, Math.ceil((expireTime.getTime() - now.getTime()) / 1_000)) + LEDGER_GRACE_SECONDS;
}

/** Lets what an authorization holds go where its time has passed. */
export async function expireWhereDue(deps: MoveDeps, call: Call, authorizationId: string): Promise<void> {
  const authorization = await deps.database.tenant(call, (transaction) =>
    findAuthorization(transaction, authorizationId),
  );
  if (authorization?.state === "approved" && authorization.expireTime <= deps.now()) {
    await expire(deps, call, authorization);
  }
}

function expire(deps: MoveDeps, call: Call, { id }: Authorization): Promise<MoveResponse> {
  // Its own request: the processor's, so named after the authorization that it is about.
  const requestId = uuidv5(`${call.tenant}/${id}/expire`, NAME_SPACE);
  return carryOut(deps, call, {
    requestId,
    fingerprint: Buffer.from(requestId),
    decide: (transaction) => decide(deps, transaction, call.tenant, id, { kind: "expire" }),
  });
}
