import { CardsProviderService, type ReverseRequest } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Transaction } from "#platform/db/database.ts";
import { callOf } from "#platform/rpc/call.ts";
import { carryOut, type Decided, fingerprintOf } from "../engine/carry-out.ts";
import { decide, expireWhereDue } from "../engine/move-authorization.ts";
import { cardsRefused } from "../errors.ts";
import { toAnswer } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { findAuthorizationOf } from "../store/authorization-store.ts";
import { findMove, insertReversedUnseen, lockRequest } from "../store/move-store.ts";

/** Gives back what a request holds, whether it came or not. */
export function reverse(deps: NativeDeps): NativeHandlers["reverse"] {
  return async (request, context) => {
    const call = callOf(context);
    const { requestId, authorizeRequestId } = request;
    const made = await deps.database.tenant(call, (transaction) =>
      findAuthorizationOf(transaction, authorizeRequestId),
    );
    if (made !== undefined) {
      await expireWhereDue(deps, call, made.id);
    }
    return carryOut(deps, call, {
      requestId,
      fingerprint: fingerprintOf(CardsProviderService.method.reverse, request),
      decide: (transaction) => reverseUnder(deps, transaction, call.tenant, request),
    });
  };
}

async function reverseUnder(
  deps: NativeDeps,
  transaction: Transaction,
  tenant: string,
  { authorizeRequestId, amount }: ReverseRequest,
): Promise<Decided> {
  // The request may be coming at this moment: whoever is second sees what the first left.
  await lockRequest(transaction, tenant, authorizeRequestId);
  const original = await findMove(transaction, authorizeRequestId);
  if (original?.authorizationId === undefined || original.authorizationId === null) {
    if (original !== undefined || amount !== undefined) {
      throw cardsRefused("authorization_not_found");
    }
    await insertReversedUnseen(transaction, tenant, authorizeRequestId);
    return { kind: "answered", authorizationId: null, answer: toAnswer("00") };
  }
  const move = { kind: "reverse", amount: amount?.minorUnits } as const;
  return decide(deps, transaction, tenant, original.authorizationId, move, amount);
}
