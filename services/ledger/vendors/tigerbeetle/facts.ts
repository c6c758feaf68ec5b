/** The facts that the ledger tells. */
import {
  AccountCreatedSchema,
  TransferExpiredSchema,
  TransferPendingSchema,
  TransferPostedSchema,
  TransferVoidedSchema,
} from "#gen/malla/ledger/v1/ledger_events_pb.js";
import { PendingState, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Expired } from "./expiries.ts";
import { fromTimeNs, fromTransferFlags } from "./mapping.ts";
import { MADE_CLOSED } from "./overdraft.ts";
import { fromNotedAccount, type NotedAccount } from "./read-accounts.ts";
import { fromNotedTransfer, type NotedTransfer } from "./read-transfers.ts";

/** An account was made; as it was then, whatever has moved since. */
export function accountFact(tenant: string, noted: NotedAccount): Fact {
  const sums = { debits_posted: 0n, credits_posted: 0n, debits_pending: 0n, credits_pending: 0n };
  const message = fromNotedAccount({
    account: { ...noted.account, ...sums },
    facts: noted.facts,
    note: { ...noted.note, overdraftLimit: 0n },
  });
  return fact({
    tenant,
    type: AccountCreatedSchema,
    subject: `ledger/accounts/${noted.facts.id}`,
    time: dateOf(noted.account.timestamp),
    data: {
      account: {
        ...message,
        overdraftLimit: noted.note.overdraftLimit,
        closed: (noted.account.user_data_32 & MADE_CLOSED) !== 0,
      },
    },
  });
}

/** A transfer was booked. */
export function transferFact(tenant: string, noted: NotedTransfer): Fact {
  const { transfer, pending } = noted;
  const init = { tenant, subject: `ledger/transfers/${noted.id}`, time: dateOf(transfer.timestamp) };
  switch (fromTransferFlags(transfer.flags).phase) {
    case TransferPhase.PENDING:
      return fact({
        ...init,
        type: TransferPendingSchema,
        data: { transfer: fromNotedTransfer(noted, PendingState.PENDING) },
      });
    case TransferPhase.VOID_PENDING:
      return fact({ ...init, type: TransferVoidedSchema, data: { transfer: fromNotedTransfer(noted) } });
    case TransferPhase.UNSPECIFIED:
    case TransferPhase.POST_PENDING: {
      const data = { transfer: fromNotedTransfer(noted), releasedMinorUnits: pending?.amount ?? 0n };
      return fact({ ...init, type: TransferPostedSchema, data });
    }
  }
}

/** A pending transfer expired. TigerBeetle released it at its time or soon after; which, it does not say. */
export function expiryFact(tenant: string, { noted, dueTimeNs }: Expired): Fact {
  return fact({
    tenant,
    type: TransferExpiredSchema,
    subject: `ledger/transfers/${noted.id}`,
    time: dateOf(dueTimeNs),
    data: { transfer: fromNotedTransfer(noted, PendingState.EXPIRED), expireTime: fromTimeNs(dueTimeNs) },
  });
}

function dateOf(timeNs: bigint): Date {
  return new Date(Number(timeNs / 1_000_000n));
}
