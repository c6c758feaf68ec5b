/** Accounts, transfers and entries of the contract to those of the domain, and back. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { Date as DateMessage } from "#gen/google/type/date_pb.js";
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import {
  type Account as AccountMessage,
  type AccountSchema,
  BalanceConstraint as BalanceConstraintEnum,
  type BalanceSchema,
  Direction as DirectionEnum,
  type EntrySchema,
  PendingState as PendingStateEnum,
  type Transfer as TransferMessage,
  TransferPhase,
  type TransferSchema,
} from "#gen/malla/ledger/v1/ledger_pb.js";
import type {
  CreateAccountResultSchema,
  CreateTransferResultSchema,
  TrialBalanceLineSchema,
} from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Account, Balance, BalanceConstraint, NewAccount } from "./domain/account.ts";
import { type Id, idOfUuid, uuidOfId, ZERO_ID } from "./domain/id.ts";
import { isEmptyMetadata, type Metadata, NO_METADATA } from "./domain/metadata.ts";
import type { AccountResult, TransferResult } from "./domain/result.ts";
import {
  FLAG,
  type NewTransfer,
  type PendingState,
  PHASE,
  type Phase,
  type Transfer,
  valueDateOf,
} from "./domain/transfer.ts";
import type { Direction, Entry, TrialBalanceLine } from "./store/ledger.ts";

const CONSTRAINTS = {
  none: BalanceConstraintEnum.UNSPECIFIED,
  debits_must_not_exceed_credits: BalanceConstraintEnum.DEBITS_MUST_NOT_EXCEED_CREDITS,
  credits_must_not_exceed_debits: BalanceConstraintEnum.CREDITS_MUST_NOT_EXCEED_DEBITS,
} as const satisfies Record<BalanceConstraint, BalanceConstraintEnum>;

const PHASES: Readonly<Record<Phase, TransferPhase>> = {
  [PHASE.single]: TransferPhase.UNSPECIFIED,
  [PHASE.pending]: TransferPhase.PENDING,
  [PHASE.post]: TransferPhase.POST_PENDING,
  [PHASE.void]: TransferPhase.VOID_PENDING,
  // An expiry is shown as the pending transfer that expired.
  [PHASE.expiry]: TransferPhase.PENDING,
};

const STATES: Readonly<Record<PendingState, PendingStateEnum>> = {
  pending: PendingStateEnum.PENDING,
  posted: PendingStateEnum.POSTED,
  voided: PendingStateEnum.VOIDED,
  expired: PendingStateEnum.EXPIRED,
};

const DIRECTIONS = { debit: DirectionEnum.DEBIT, credit: DirectionEnum.CREDIT } as const;

/** An account to make; what is output only is not read. */
export function toNewAccount(message: AccountMessage): NewAccount {
  return {
    id: idOfUuid(message.id),
    ledger: message.ledger,
    currencyCode: message.currencyCode,
    code: message.code,
    balanceConstraint: toConstraint(message.balanceConstraint),
    overdraftLimit: message.overdraftLimit,
    keepsHistory: message.keepsHistory,
    madeClosed: message.closed,
    metadata: toMetadata(message.metadata),
    importTimeNs: message.importTime === undefined ? undefined : toTimeNs(message.importTime),
  };
}

/** A transfer to book; what is output only is not read. */
export function toNewTransfer(message: TransferMessage): NewTransfer {
  return {
    id: idOfUuid(message.id),
    phase: toPhase(message.phase),
    flags: toFlags(message),
    debitAccountId: idOfUuid(message.debitAccountId),
    creditAccountId: idOfUuid(message.creditAccountId),
    amount: message.amount?.minorUnits,
    currencyCode: message.amount?.currencyCode ?? "",
    code: message.code,
    pendingId: idOfUuid(message.pendingId),
    timeoutSeconds: message.timeoutSeconds,
    metadata: toMetadata(message.metadata),
    valueDate: message.valueDate === undefined ? undefined : toDay(message.valueDate),
    reversesId: idOfUuid(message.reversesId),
    importTimeNs: message.importTime === undefined ? undefined : toTimeNs(message.importTime),
  };
}

/** An account as callers see it. */
export function fromAccount(account: Account): MessageInitShape<typeof AccountSchema> {
  return {
    id: uuidOfId(account.id),
    ledger: account.ledger,
    currencyCode: account.currencyCode,
    code: account.code,
    balanceConstraint: CONSTRAINTS[account.balanceConstraint],
    overdraftLimit: account.overdraftLimit,
    metadata: { ...account.metadata },
    keepsHistory: account.keepsHistory,
    closed: account.closed,
    debitsPosted: account.debitsPosted,
    creditsPosted: account.creditsPosted,
    debitsPending: account.debitsPending,
    creditsPending: account.creditsPending,
    createTime: fromTimeNs(account.createTimeNs),
    ...(account.isImported ? { importTime: fromTimeNs(account.createTimeNs) } : {}),
  };
}

/** A transfer as callers see it. */
export function fromTransfer(transfer: Transfer): MessageInitShape<typeof TransferSchema> {
  const has = (flag: number) => (transfer.flags & flag) !== 0;
  return {
    id: uuidOfId(transfer.id),
    debitAccountId: uuidOfId(transfer.debitAccountId),
    creditAccountId: uuidOfId(transfer.creditAccountId),
    amount: { currencyCode: transfer.currencyCode, minorUnits: transfer.amount },
    code: transfer.code,
    linked: has(FLAG.linked),
    metadata: isEmptyMetadata(transfer.metadata) ? {} : { ...transfer.metadata },
    bookTime: fromTimeNs(transfer.bookTimeNs),
    phase: PHASES[transfer.phase],
    pendingId: optionalUuid(transfer.pendingId),
    timeoutSeconds: transfer.timeoutSeconds,
    balancingDebit: has(FLAG.balancingDebit),
    balancingCredit: has(FLAG.balancingCredit),
    closingDebit: has(FLAG.closingDebit),
    closingCredit: has(FLAG.closingCredit),
    valueDate: fromDay(valueDateOf(transfer)),
    reversesId: optionalUuid(transfer.reversesId),
    ...(has(FLAG.imported) ? { importTime: fromTimeNs(transfer.bookTimeNs) } : {}),
    state: transfer.state === undefined ? PendingStateEnum.UNSPECIFIED : STATES[transfer.state],
  };
}

/** An entry as callers see it. */
export function fromEntry({ transfer, direction, isExpiry, after }: Entry): MessageInitShape<typeof EntrySchema> {
  return {
    transfer: fromTransfer(transfer),
    direction: DIRECTIONS[direction],
    isExpiry,
    debitsPostedAfter: after?.debitsPosted ?? 0n,
    creditsPostedAfter: after?.creditsPosted ?? 0n,
    debitsPendingAfter: after?.debitsPending ?? 0n,
    creditsPendingAfter: after?.creditsPending ?? 0n,
  };
}

/** What an account holds, as callers see it. */
export function fromBalance(account: Account, balance: Balance): MessageInitShape<typeof BalanceSchema> {
  const { debitsPosted, creditsPosted, debitsPending, creditsPending } = balance;
  return {
    accountId: uuidOfId(account.id),
    currencyCode: account.currencyCode,
    debitsPosted,
    creditsPosted,
    debitsPending,
    creditsPending,
  };
}

/** What became of an account, as callers see it. */
export function fromAccountResult(result: AccountResult): MessageInitShape<typeof CreateAccountResultSchema> {
  const status = CreateAccountStatus[inCapitals(result.status)];
  return "createTimeNs" in result ? { status, createTime: fromTimeNs(result.createTimeNs) } : { status };
}

/** A transfer's status as callers see it. */
export function fromTransferStatus(status: TransferResult["status"]): CreateTransferStatus {
  return status === "created" ? CreateTransferStatus.CREATED : CreateTransferStatus[inCapitals(status)];
}

/** What became of a transfer, as callers see it. */
export function fromTransferResult(result: TransferResult): MessageInitShape<typeof CreateTransferResultSchema> {
  const status = fromTransferStatus(result.status);
  if ("bookTimeNs" in result) {
    return { status, bookTime: fromTimeNs(result.bookTimeNs) };
  }
  return "firstStatus" in result ? { status, firstStatus: fromTransferStatus(result.firstStatus) } : { status };
}

/** A line of the trial balance as callers see it. */
export function fromTrialBalanceLine(line: TrialBalanceLine): MessageInitShape<typeof TrialBalanceLineSchema> {
  return {
    ...line,
    debitsPosted: String(line.debitsPosted),
    creditsPosted: String(line.creditsPosted),
    debitsPending: String(line.debitsPending),
    creditsPending: String(line.creditsPending),
    balanced: line.debitsPosted === line.creditsPosted && line.debitsPending === line.creditsPending,
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

const MS_PER_DAY = 86_400_000;

/** A caller's day in days since 1970-01-01; NaN where it is no day of the calendar. */
export function toDay({ year, month, day }: Pick<DateMessage, "year" | "month" | "day">): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = year >= 1 && year <= 9999 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay ? date.getTime() / MS_PER_DAY : Number.NaN;
}

function fromDay(days: number): { year: number; month: number; day: number } {
  const date = new Date(days * MS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function optionalUuid(id: Id): string {
  return id === ZERO_ID ? "" : uuidOfId(id);
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

function toPhase(phase: TransferPhase): Phase {
  switch (phase) {
    case TransferPhase.UNSPECIFIED:
      return PHASE.single;
    case TransferPhase.PENDING:
      return PHASE.pending;
    case TransferPhase.POST_PENDING:
      return PHASE.post;
    case TransferPhase.VOID_PENDING:
      return PHASE.void;
  }
}

function toFlags(message: TransferMessage): number {
  return (
    (message.linked ? FLAG.linked : 0) |
    (message.balancingDebit ? FLAG.balancingDebit : 0) |
    (message.balancingCredit ? FLAG.balancingCredit : 0) |
    (message.closingDebit ? FLAG.closingDebit : 0) |
    (message.closingCredit ? FLAG.closingCredit : 0) |
    (message.importTime === undefined ? 0 : FLAG.imported)
  );
}

/** @throws TEXT_INVALID: PostgreSQL reads no NUL in JSON, and one here would fail a whole batch of requests. */
function toMetadata(metadata: Record<string, string>): Metadata {
  if (isEmptyMetadata(metadata)) {
    return NO_METADATA;
  }
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
