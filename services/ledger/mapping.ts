/** Accounts, transfers and entries of the contract to those of the domain, and back. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import {
  type Account as AccountMessage,
  type AccountSchema,
  BalanceConstraint as BalanceConstraintEnum,
  Direction as DirectionEnum,
  type EntrySchema,
  type Transfer as TransferMessage,
  type TransferSchema,
} from "#gen/malla/ledger/v1/ledger_pb.js";
import type {
  CreateAccountResultSchema,
  CreateTransferResultSchema,
  TrialBalanceLineSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Account, BalanceConstraint, NewAccount } from "./domain/account.ts";
import { normalId } from "./domain/id.ts";
import type { Metadata } from "./domain/metadata.ts";
import type { AccountResult, TransferResult } from "./domain/result.ts";
import type { Direction, Entry, NewTransfer, Transfer } from "./domain/transfer.ts";
import type { TrialBalanceLine } from "./store/ledger.ts";

const CONSTRAINTS = {
  none: BalanceConstraintEnum.UNSPECIFIED,
  debits_must_not_exceed_credits: BalanceConstraintEnum.DEBITS_MUST_NOT_EXCEED_CREDITS,
  credits_must_not_exceed_debits: BalanceConstraintEnum.CREDITS_MUST_NOT_EXCEED_DEBITS,
} as const satisfies Record<BalanceConstraint, BalanceConstraintEnum>;

const DIRECTIONS = { debit: DirectionEnum.DEBIT, credit: DirectionEnum.CREDIT } as const;

/** An account to make; what is output only is not read. */
export function toNewAccount(message: AccountMessage): NewAccount {
  return {
    id: normalId(message.id),
    ledger: message.ledger,
    currencyCode: message.currencyCode,
    code: message.code,
    balanceConstraint: toConstraint(message.balanceConstraint),
    overdraftLimit: message.overdraftLimit,
    metadata: toMetadata(message.metadata),
  };
}

/** A transfer to post; what is output only is not read. */
export function toNewTransfer(message: TransferMessage): NewTransfer {
  return {
    id: normalId(message.id),
    debitAccountId: normalId(message.debitAccountId),
    creditAccountId: normalId(message.creditAccountId),
    amount: message.amount?.minorUnits ?? 0n,
    currencyCode: message.amount?.currencyCode ?? "",
    code: message.code,
    linked: message.linked,
    metadata: toMetadata(message.metadata),
  };
}

/** An account as callers see it. */
export function fromAccount(account: Account): MessageInitShape<typeof AccountSchema> {
  return {
    id: account.id,
    ledger: account.ledger,
    currencyCode: account.currencyCode,
    code: account.code,
    balanceConstraint: CONSTRAINTS[account.balanceConstraint],
    overdraftLimit: account.overdraftLimit,
    metadata: { ...account.metadata },
    debitsPosted: account.debitsPosted,
    creditsPosted: account.creditsPosted,
    createTime: fromTimeNs(account.createTimeNs),
  };
}

/** A transfer as callers see it. */
export function fromTransfer(transfer: Transfer): MessageInitShape<typeof TransferSchema> {
  return {
    id: transfer.id,
    debitAccountId: transfer.debitAccountId,
    creditAccountId: transfer.creditAccountId,
    amount: { currencyCode: transfer.currencyCode, minorUnits: transfer.amount },
    code: transfer.code,
    linked: transfer.linked,
    metadata: { ...transfer.metadata },
    bookTime: fromTimeNs(transfer.bookTimeNs),
  };
}

/** An entry as callers see it. */
export function fromEntry({ transfer, direction, after }: Entry): MessageInitShape<typeof EntrySchema> {
  return {
    transfer: fromTransfer(transfer),
    direction: DIRECTIONS[direction],
    debitsPostedAfter: after.debitsPosted,
    creditsPostedAfter: after.creditsPosted,
  };
}

/** What became of an account, as callers see it. */
export function fromAccountResult(result: AccountResult): MessageInitShape<typeof CreateAccountResultSchema> {
  const status = CreateAccountStatus[inCapitals(result.status)];
  return "createTimeNs" in result ? { status, createTime: fromTimeNs(result.createTimeNs) } : { status };
}

/** What became of a transfer, as callers see it. */
export function fromTransferResult(result: TransferResult): MessageInitShape<typeof CreateTransferResultSchema> {
  const status = CreateTransferStatus[inCapitals(result.status)];
  if ("bookTimeNs" in result) {
    return { status, bookTime: fromTimeNs(result.bookTimeNs) };
  }
  return "firstStatus" in result
    ? { status, firstStatus: CreateTransferStatus[inCapitals(result.firstStatus)] }
    : { status };
}

/** A line of the trial balance as callers see it. */
export function fromTrialBalanceLine(line: TrialBalanceLine): MessageInitShape<typeof TrialBalanceLineSchema> {
  return {
    ...line,
    debitsPosted: String(line.debitsPosted),
    creditsPosted: String(line.creditsPosted),
    balanced: line.debitsPosted === line.creditsPosted,
  };
}

/** The side that is asked for; undefined stands for both. */
export function toDirection(direction: DirectionEnum): Direction | undefined {
  switch (direction) {
    case DirectionEnum.UNSPECIFIED:
      return undefined;
    case DirectionEnum.DEBIT:
      return "debit";
    case DirectionEnum.CREDIT:
      return "credit";
  }
}

const NS_PER_SECOND = 1_000_000_000n;

/** A time of the ledger, in nanoseconds since the epoch, as callers see it. */
export function fromTimeNs(timeNs: bigint): Timestamp {
  return create(TimestampSchema, { seconds: timeNs / NS_PER_SECOND, nanos: Number(timeNs % NS_PER_SECOND) });
}

/** A caller's time in nanoseconds since the epoch. */
export function toTimeNs({ seconds, nanos }: Timestamp): bigint {
  return seconds * NS_PER_SECOND + BigInt(nanos);
}

function toConstraint(constraint: BalanceConstraintEnum): BalanceConstraint {
  switch (constraint) {
    case BalanceConstraintEnum.UNSPECIFIED:
      return "none";
    case BalanceConstraintEnum.DEBITS_MUST_NOT_EXCEED_CREDITS:
      return "debits_must_not_exceed_credits";
    case BalanceConstraintEnum.CREDITS_MUST_NOT_EXCEED_DEBITS:
      return "credits_must_not_exceed_debits";
  }
}

/** @throws TEXT_INVALID: PostgreSQL keeps no NUL, and one here would fail a whole group of requests. */
function toMetadata(metadata: Record<string, string>): Metadata {
  if (Object.values(metadata).some((value) => value.includes("\0"))) {
    throw meshError("TEXT_INVALID");
  }
  return metadata;
}

/** A status of the domain is the contract's in small letters. */
function inCapitals<Status extends string>(status: Status): Uppercase<Status> {
  // TypeScript knows toUpperCase only as string to string.
  return status.toUpperCase() as Uppercase<Status>;
}
