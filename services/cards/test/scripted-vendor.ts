/** A card processor that a test makes fail: hang, die, answer garbage, or do what it was asked and not say so. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import {
  CardsProviderService,
  type MoveResponse,
  MoveResponseSchema,
} from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { callerKey } from "#platform/rpc/call.ts";
import { startTestVendor } from "#platform/testing/vendor.ts";
import { type CardsVendor, createReference } from "../../../conformance/cards/reference/reference.ts";

/** What happens to the next calls of a method. */
export type Fault =
  /** Nothing is done, and nothing answered. */
  | { readonly kind: "hangs" }
  /** It is done, and nothing answered. */
  | { readonly kind: "hangs_after" }
  /** It is done, and the answer is lost with the connection. */
  | { readonly kind: "breaks_after" }
  /** It is done, and the answer bent. */
  | { readonly kind: "answers"; readonly bend: (answer: MoveResponse) => MoveResponse };

/** Methods that a test may make fail. */
export type Method = "authorize" | "clear" | "reverse" | "lookupOperation" | "provideCard" | "moveCard";

/** The processor. */
export interface ScriptedVendor {
  readonly address: string;
  /** From now on calls of the method fail so; undefined: not at all. */
  fail(method: Method, fault: Fault | undefined): void;
  /** What the funds of a tenant have, in minor units. */
  funds(tenant: string): bigint;
  /** How often a method was called. */
  calls(method: Method): number;
  stop(): Promise<void>;
}

/** Starts it. Every tenant has the account "funded" with 1,000.00. */
export async function startScriptedVendor(): Promise<ScriptedVendor> {
  const { vendor, booksOf } = createReference();
  const faults = new Map<Method, Fault>();
  const counts = new Map<Method, number>();
  const funds = new Map<string, () => bigint>();
  const under = async <Answer>(
    method: Method,
    context: HandlerContext,
    work: () => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    counts.set(method, (counts.get(method) ?? 0) + 1);
    const fault = faults.get(method);
    const books = booksOf(context);
    funds.set(context.values.get(callerKey)?.tenant ?? "", () => books.funds.get("funded")?.minor ?? 0n);
    if (fault?.kind === "hangs") {
      return until(context.signal);
    }
    const answer = await work();
    switch (fault?.kind) {
      case "hangs_after":
        return until(context.signal);
      case "breaks_after":
        throw new ConnectError("the connection broke", Code.Internal);
      case "answers":
        // Only answers of moves are bent.
        return fault.bend(create(MoveResponseSchema, answer as MoveResponse)) as Answer;
      default:
        return answer;
    }
  };
  const implementation: CardsVendor = {
    ...vendor,
    authorize: (request, context) => under("authorize", context, () => vendor.authorize(request, context)),
    clear: (request, context) => under("clear", context, () => vendor.clear(request, context)),
    reverse: (request, context) => under("reverse", context, () => vendor.reverse(request, context)),
    lookupOperation: (request, context) =>
      under("lookupOperation", context, () => vendor.lookupOperation(request, context)),
    provideCard: (request, context) => under("provideCard", context, () => vendor.provideCard(request, context)),
    moveCard: (request, context) => under("moveCard", context, () => vendor.moveCard(request, context)),
  };
  const running = await startTestVendor(
    {
      capability: "cards",
      vendor: "scripted",
      service: CardsProviderService,
      settings: {},
      open: () => ({ implementation }),
    },
    { env: { MALLA_LOG_LEVEL: "fatal" } },
  );
  return {
    address: running.address,
    fail(method, fault) {
      if (fault === undefined) {
        faults.delete(method);
      } else {
        faults.set(method, fault);
      }
    },
    funds: (tenant) => funds.get(tenant)?.() ?? -1n,
    calls: (method) => counts.get(method) ?? 0,
    stop: () => running.stop(),
  };
}

function until(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new ConnectError("left", Code.Canceled)), { once: true });
  });
}
