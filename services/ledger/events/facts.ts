/** The facts that the ledger tells: one for each entry of the log. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  AccountCreatedSchema,
  TransferExpiredSchema,
  TransferPendingSchema,
  TransferPostedSchema,
  TransferVoidedSchema,
} from "#gen/malla/ledger/v1/ledger_events_pb.js";
import type { TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Account } from "../domain/account.ts";
import { uuidOfId } from "../domain/id.ts";
import { PHASE, type Transfer } from "../domain/transfer.ts";
import { fromAccount, fromTimeNs, fromTransfer } from "../mapping.ts";

/** An account was made. */
export function accountCreated(tenant: string, account: Account): Fact {
  return fact({
    tenant,
    type: AccountCreatedSchema,
    subject: `ledger/accounts/${uuidOfId(account.id)}`,
    time: dateOf(account.createTimeNs),
    data: { account: fromAccount(account) },
  });
}

/** A transfer was booked. `released` is the pending amount that is no longer reserved. */
export function transferBooked(tenant: string, booked: Transfer): Fact {
  const about = {
    tenant,
    subject: `ledger/transfers/${uuidOfId(booked.id)}`,
    time: dateOf(booked.bookTimeNs),
  };
  const transfer: MessageInitShape<typeof TransferSchema> = { ...fromTransfer(booked), state: 0 };
  switch (booked.phase) {
    case PHASE.single:
      return fact({ ...about, type: TransferPostedSchema, data: { transfer } });
    case PHASE.post:
      return fact({
        ...about,
        type: TransferPostedSchema,
        data: { transfer, releasedMinorUnits: booked.released },
      });
    case PHASE.pending:
      return fact({ ...about, type: TransferPendingSchema, data: { transfer } });
    case PHASE.void:
      return fact({ ...about, type: TransferVoidedSchema, data: { transfer } });
    case PHASE.expiry:
      return fact({
        ...about,
        subject: `ledger/transfers/${uuidOfId(booked.pendingId)}`,
        type: TransferExpiredSchema,
        data: {
          transfer: { ...transfer, id: uuidOfId(booked.pendingId), pendingId: "", bookTime: undefined },
          expireTime: fromTimeNs(booked.bookTimeNs),
        },
      });
  }
}

function dateOf(timeNs: bigint): Date {
  return new Date(Number(timeNs / 1_000_000n));
}
