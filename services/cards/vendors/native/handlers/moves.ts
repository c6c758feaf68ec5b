/** The moves of an authorization that are alike: increment, clear, refund and dispute. */
import type { DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { ChargebackOutcome } from "#gen/malla/cards/v1/authorization_pb.js";
import { CardsProviderService, type MoveResponse } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import type { Move } from "../domain/authorization.ts";
import { carryOut, fingerprintOf } from "../engine/carry-out.ts";
import { decide, expireWhereDue } from "../engine/move-authorization.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";

const { method } = CardsProviderService;

/** Holds more. */
export function increment(deps: NativeDeps): NativeHandlers["increment"] {
  return mover(deps, method.increment, ({ amount }) => ({
    amount,
    move: { kind: "increment", amount: amount?.minorUnits ?? 0n },
  }));
}

/** Takes money. */
export function clear(deps: NativeDeps): NativeHandlers["clear"] {
  return mover(deps, method.clear, ({ amount, isFinal }) => ({
    amount,
    move: { kind: "clear", amount: amount?.minorUnits ?? 0n, isFinal },
  }));
}

/** Gives cleared money back. */
export function refund(deps: NativeDeps): NativeHandlers["refund"] {
  return mover(deps, method.refund, ({ amount }) => ({
    amount,
    move: { kind: "refund", amount: amount?.minorUnits ?? 0n },
  }));
}

/** Opens or ends a chargeback. */
export function dispute(deps: NativeDeps): NativeHandlers["dispute"] {
  return mover(deps, method.dispute, ({ step }) =>
    step.case === "openAmount"
      ? { amount: step.value, move: { kind: "dispute", amount: step.value.minorUnits } }
      : { amount: undefined, move: { kind: "end_dispute", isWon: step.value === ChargebackOutcome.WON } },
  );
}

type Moving = { readonly authorization: string; readonly requestId: string };

function mover<M extends DescMethodUnary>(
  deps: NativeDeps,
  rpc: M,
  toMove: (request: MessageShape<M["input"]> & Moving) => { readonly amount: Money | undefined; readonly move: Move },
): (request: MessageShape<M["input"]> & Moving, context: HandlerContext) => Promise<MoveResponse> {
  return async (request, context) => {
    const call = callOf(context);
    const { authorization, requestId } = request;
    await expireWhereDue(deps, call, authorization);
    const { amount, move } = toMove(request);
    return carryOut(deps, call, {
      requestId,
      fingerprint: fingerprintOf(rpc, request),
      decide: (transaction) => decide(deps, transaction, call.tenant, authorization, move, amount),
    });
  };
}
