/** Moves the money of a plan: one chain of transfers whose ids follow from the request, so that it moves once. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { v5 as uuidv5 } from "uuid";
import { CreateTransferStatus as Status } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type Transfer, TransferPhase, TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { CreateTransferResult } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { ResponseCode } from "../domain/codes.ts";
import type { Movement } from "../domain/movements.ts";
import type { Booked, Plan } from "../domain/plan.ts";
import type { Authorization } from "../store/authorization-store.ts";
import { type Ledger, NAME_SPACE, settlementAccountId } from "./accounts.ts";

/** Codes of ledger transfers: to pay by card, and to get back. */
const TRANSFER_CODES = { payment: 400, repayment: 410 } as const;

/** What everyday refusals of the ledger mean to the merchant; every other means that the plan was wrong. */
const REFUSALS: Partial<Record<Status, ResponseCode>> = {
  [Status.EXCEEDS_CREDITS]: "51",
  [Status.DEBIT_ACCOUNT_ALREADY_CLOSED]: "05",
  [Status.CREDIT_ACCOUNT_ALREADY_CLOSED]: "05",
};

/** Id of the hold that a plan of the request makes; undefined where it makes none. */
export function holdOf(tenant: string, requestId: string, { movements }: Plan): string | undefined {
  const index = movements.findIndex(({ kind }) => kind === "hold");
  return index < 0 ? undefined : transferId(tenant, requestId, index);
}

/**
 * Books a plan, all of it or nothing. Sent again it answers the same.
 *
 * @throws UNAVAILABLE and DEADLINE_EXCEEDED: whether money moved is then unknown, and booking again tells.
 */
export async function bookPlan(
  ledger: Ledger,
  call: Call,
  requestId: string,
  authorization: Authorization,
  plan: Plan,
): Promise<Booked> {
  const transfers = plan.movements.map((movement, index) =>
    create(TransferSchema, {
      ...termsOf(call.tenant, authorization, plan, movement),
      id: transferId(call.tenant, requestId, index),
      linked: index < plan.movements.length - 1,
      metadata: { card_authorization: authorization.id, kind: "card" },
    }),
  );
  const [first] = plan.movements;
  if (first === undefined) {
    return { code: "00", moved: 0n };
  }
  const { results } = await ledger.for(call).createTransfers({ transfers });
  const code = codeOf(requestId, results, transfers.length);
  if (code !== "00") {
    return { code, moved: 0n };
  }
  const isOpen = "atMost" in first && first.atMost;
  return { code, moved: isOpen ? await movedBy(ledger, call, transfers) : "amount" in first ? first.amount : 0n };
}

function transferId(tenant: string, requestId: string, index: number): string {
  return uuidv5(`${tenant}/${requestId}/${index}`, NAME_SPACE);
}

/** What a movement is to the ledger. */
function termsOf(
  tenant: string,
  authorization: Authorization,
  plan: Plan,
  movement: Movement,
): Exclude<MessageInitShape<typeof TransferSchema>, Transfer> {
  const { fundingAccount, currencyCode, hold } = authorization;
  if (fundingAccount === null) {
    throw new Error(`authorization ${authorization.id} of no card has a plan`);
  }
  const settlement = settlementAccountId(tenant, currencyCode);
  const payment = { debitAccountId: fundingAccount, creditAccountId: settlement, code: TRANSFER_CODES.payment };
  const money = (minorUnits: bigint) => ({ currencyCode, minorUnits });
  switch (movement.kind) {
    case "hold": {
      const { amount, atMost } = movement;
      const { timeoutSeconds } = plan;
      return {
        ...payment,
        amount: money(amount),
        balancingDebit: atMost,
        phase: TransferPhase.PENDING,
        timeoutSeconds,
      };
    }
    case "take":
      return { ...payment, amount: money(movement.amount), balancingDebit: movement.atMost };
    case "post":
      return { pendingId: hold ?? "", amount: money(movement.amount), phase: TransferPhase.POST_PENDING };
    case "void":
      return { pendingId: hold ?? "", phase: TransferPhase.VOID_PENDING };
    case "give":
      return {
        debitAccountId: settlement,
        creditAccountId: fundingAccount,
        code: TRANSFER_CODES.repayment,
        amount: money(movement.amount),
      };
  }
}

/** Reads the results of one chain. Booked before, a ledger may answer EXISTS for one and a failed link for the others. */
function codeOf(requestId: string, results: readonly CreateTransferResult[], count: number): ResponseCode {
  if (results.length !== count) {
    throw new Error(`the ledger gave ${results.length} results for ${count} transfers of ${requestId}`);
  }
  const isBooked = ({ status }: CreateTransferResult) => status === Status.CREATED || status === Status.EXISTS;
  const culprit = results.find((result) => !isBooked(result) && result.status !== Status.LINKED_EVENT_FAILED);
  if (culprit === undefined && results.some(isBooked)) {
    return "00";
  }
  const status = culprit?.status === Status.ID_ALREADY_FAILED ? culprit.firstStatus : culprit?.status;
  const code = status === undefined ? undefined : REFUSALS[status];
  if (code === undefined) {
    throw new Error(`the ledger answered ${requestId} with ${results.map((one) => Status[one.status]).join(", ")}`);
  }
  return code;
}

async function movedBy(ledger: Ledger, call: Call, [first]: readonly Transfer[]): Promise<bigint> {
  const { transfers } = await ledger.for(call).lookupTransfers({ ids: [first?.id ?? ""] });
  const moved = transfers[0]?.amount?.minorUnits;
  if (moved === undefined) {
    throw new Error(`the ledger lost transfer ${first?.id}`);
  }
  return moved;
}
