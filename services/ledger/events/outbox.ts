/** The facts that the ledger tells. */
import type { Context } from "@opentelemetry/api";
import { AccountCreatedSchema, TransferPostedSchema } from "#gen/malla/ledger/v1/ledger_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Account } from "../domain/account.ts";
import type { Transfer } from "../domain/transfer.ts";
import { fromAccount, fromTransfer } from "../mapping.ts";

/** An account was made. */
export function accountCreated(tenant: string, account: Account, trace: Context): Fact {
  return fact({
    tenant,
    type: AccountCreatedSchema,
    subject: `ledger/accounts/${account.id}`,
    time: dateOf(account.createTimeNs),
    data: { account: fromAccount(account) },
    trace,
  });
}

/** A transfer was posted. */
export function transferPosted(tenant: string, transfer: Transfer, trace: Context): Fact {
  return fact({
    tenant,
    type: TransferPostedSchema,
    subject: `ledger/transfers/${transfer.id}`,
    time: dateOf(transfer.bookTimeNs),
    data: { transfer: fromTransfer(transfer) },
    trace,
  });
}

function dateOf(timeNs: bigint): Date {
  return new Date(Number(timeNs / 1_000_000n));
}
