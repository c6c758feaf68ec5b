/** The movements of the ledger that make up an operation. */
import { createHash } from "node:crypto";
import { parse, stringify } from "uuid";
import type { Account } from "./account.ts";
import { internalAccountId, TRANSFER_CODES } from "./chart.ts";
import type { Order } from "./operation.ts";

/** A movement between two accounts of the ledger. */
export interface Leg {
  readonly transferId: string;
  readonly debitAccountId: string;
  readonly creditAccountId: string;
  /** Minor units, above zero. */
  readonly amount: bigint;
  readonly code: number;
}

/** Who takes part in an operation. */
export interface Parties {
  readonly tenant: string;
  readonly account: Account;
  /** Only in a transfer. */
  readonly creditor: Account | undefined;
}

/** The amount's leg, then the fee's where there is one. A deposit's fee may so be paid out of the deposit itself. */
export function legsOf(order: Order, fee: bigint, parties: Parties): readonly Leg[] {
  const amountLeg: Leg = {
    transferId: order.id,
    ...sidesOf(order, parties),
    amount: order.amount.minor,
    code: TRANSFER_CODES[order.kind],
  };
  if (fee === 0n) {
    return [amountLeg];
  }
  const feeLeg: Leg = {
    transferId: feeTransferId(order.id),
    debitAccountId: parties.account.ledgerAccountId,
    creditAccountId: internalAccountId(parties.tenant, "feeIncome", order.amount.currencyCode),
    amount: fee,
    code: TRANSFER_CODES.fee,
  };
  return [amountLeg, feeLeg];
}

/** A customer's account is a liability: credited, the bank owes more; debited, less. */
function sidesOf(
  order: Order,
  { tenant, account, creditor }: Parties,
): Pick<Leg, "debitAccountId" | "creditAccountId"> {
  const own = account.ledgerAccountId;
  const cash = internalAccountId(tenant, "cash", order.amount.currencyCode);
  switch (order.kind) {
    case "deposit":
      return { debitAccountId: cash, creditAccountId: own };
    case "withdrawal":
      return { debitAccountId: own, creditAccountId: cash };
    case "transfer":
      if (creditor === undefined) {
        throw new Error(`transfer ${order.id} has no creditor`);
      }
      return { debitAccountId: own, creditAccountId: creditor.ledgerAccountId };
    default:
      return order.kind satisfies never;
  }
}

/** Bytes of a UUIDv7 that hold its time: kept, so that the two transfers of an operation lie together in the ledger. */
const TIME_BYTES = 6;

/** Id of the fee's transfer, derived so that a replay makes the same: a UUIDv8 (RFC 9562, section 5.8). */
export function feeTransferId(operationId: string): string {
  const bytes = parse(operationId);
  bytes.set(createHash("sha256").update(`${operationId}/fee`).digest().subarray(TIME_BYTES, bytes.length), TIME_BYTES);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return stringify(bytes);
}
