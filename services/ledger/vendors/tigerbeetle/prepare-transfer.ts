/**
 * Makes of a transfer of the contract one of TigerBeetle. What the contract refuses and TigerBeetle would not, is spoilt
 * so that TigerBeetle refuses it by another fault, which stands in its order where the contract has this one: so that an
 * earlier fault of the item is still the answer, and so that its chain fails with it and its id is spent, all at once.
 */
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type Transfer, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { AccountFacts } from "./books.ts";
import { idOf, NO_ACCOUNT, normalUuid, u128OfUuid } from "./ids.ts";
import { toDayNumber, toImportTimeNs, toTransferFlags } from "./mapping.ts";
import { digestOfTransferNote, noteOfTransfer } from "./notes.ts";
import type { TbTransferStatus } from "./statuses.ts";
import { MAX_U128, type TbTransfer, TRANSFER_FLAG } from "./tigerbeetle.ts";

/** What is known when a transfer is prepared. */
export interface Surroundings {
  readonly tenant: string;
  /** Whether the request imports. */
  readonly imports: boolean;
  /** Accounts that exist, by TigerBeetle's ids. */
  readonly accounts: ReadonlyMap<bigint, AccountFacts>;
  /** The pending transfer of a post or void that names an amount, where it is known. */
  readonly pendingOf: (pendingId: string) => { readonly amount: bigint; readonly currencyCode: string } | undefined;
  /** Why a reversal is refused, if it is. Asked only of one whose accounts are in order. */
  readonly faultOfReversal: (reversal: Transfer) => CreateTransferStatus | undefined;
}

/** A transfer as TigerBeetle takes it. */
export interface PreparedTransfer {
  readonly asked: Transfer;
  readonly transfer: TbTransfer;
  /** Faults by what TigerBeetle answers in their place. */
  readonly faults: Partial<Record<TbTransferStatus, CreateTransferStatus>>;
  /** It names an account that was not there, and no ledger. If the account is made just then, its ledger is a surprise. */
  readonly lacksAccount: boolean;
}

/** A ledger of TigerBeetle that no account is in (migration 0000: numbers end before it). */
const NO_LEDGER = 0xffffffff;
/** To post and to void at once, which is refused before anything but the id is looked at. */
const CONTRADICTION = TRANSFER_FLAG.post | TRANSFER_FLAG.void;

/** Prepares a transfer. */
export function prepareTransfer(asked: Transfer, around: Surroundings): PreparedTransfer {
  const plain: PreparedTransfer = { asked, transfer: toTransfer(asked, around), faults: {}, lacksAccount: false };
  if (around.imports && asked.importTime === undefined) {
    // It is sent as an import at time 0.
    return {
      ...plain,
      faults: { imported_event_timestamp_out_of_range: CreateTransferStatus.IMPORTED_EVENT_EXPECTED },
    };
  }
  if (!around.imports && asked.importTime !== undefined) {
    const faults = { timestamp_must_be_zero: CreateTransferStatus.IMPORTED_EVENT_NOT_EXPECTED };
    return { ...changed(plain, { timestamp: 1n }), faults };
  }
  if (asked.amount !== undefined && asked.amount.minorUnits < 0n) {
    const flags = (plain.transfer.flags & (TRANSFER_FLAG.linked | TRANSFER_FLAG.imported)) | CONTRADICTION;
    const faults = { flags_are_mutually_exclusive: CreateTransferStatus.AMOUNT_MUST_NOT_BE_NEGATIVE };
    return { ...changed(plain, { flags, amount: 0n }), faults };
  }
  if (asked.reversesId !== "" && asked.phase !== TransferPhase.UNSPECIFIED) {
    return changed(plain, { flags: plain.transfer.flags | CONTRADICTION });
  }
  return isResolution(asked) ? prepareResolution(plain, around) : prepareMovement(plain, around);
}

/** Whether it posts or voids. */
export function isResolution({ phase }: Transfer): boolean {
  return phase === TransferPhase.POST_PENDING || phase === TransferPhase.VOID_PENDING;
}

function prepareResolution(plain: PreparedTransfer, { pendingOf }: Surroundings): PreparedTransfer {
  const { amount, phase, timeoutSeconds, pendingId } = plain.asked;
  if (hasWrongDay(plain.asked) && timeoutSeconds === 0) {
    const faults = { timeout_reserved_for_pending_transfer: CreateTransferStatus.VALUE_DATE_INVALID };
    return { ...changed(plain, { timeout: 1 }), faults };
  }
  const pending = amount === undefined ? undefined : pendingOf(normalUuid(pendingId));
  if (amount === undefined || pending === undefined) {
    return plain;
  }
  if (amount.currencyCode !== pending.currencyCode) {
    return changed(plain, { ledger: NO_LEDGER });
  }
  // To TigerBeetle, a void of nothing is a void of all.
  const voidsNothing = phase === TransferPhase.VOID_PENDING && amount.minorUnits === 0n && pending.amount > 0n;
  if (voidsNothing) {
    const status = CreateTransferStatus.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT;
    return { ...changed(plain, { amount: MAX_U128 }), faults: { exceeds_pending_transfer_amount: status } };
  }
  return plain;
}

function prepareMovement(plain: PreparedTransfer, { accounts, faultOfReversal }: Surroundings): PreparedTransfer {
  const { asked, transfer } = plain;
  if (asked.amount === undefined || hasWrongDay(asked)) {
    const status =
      asked.amount === undefined ? CreateTransferStatus.AMOUNT_MUST_BE_SET : CreateTransferStatus.VALUE_DATE_INVALID;
    return { ...changed(plain, { ledger: 0 }), faults: { ledger_must_not_be_zero: status } };
  }
  const debit = accounts.get(transfer.debit_account_id);
  const credit = accounts.get(transfer.credit_account_id);
  if (debit === credit && debit !== undefined) {
    return changed(plain, { ledger: debit.ledgerNumber });
  }
  if (debit === undefined || credit === undefined) {
    return { ...changed(plain, { ledger: NO_LEDGER }), lacksAccount: true };
  }
  if (debit.key.ledger === credit.key.ledger && debit.key.currencyCode !== credit.key.currencyCode) {
    const faults = { accounts_must_have_the_same_ledger: CreateTransferStatus.CURRENCIES_MUST_MATCH };
    return { ...changed(plain, { ledger: debit.ledgerNumber }), faults };
  }
  if (debit.ledgerNumber !== credit.ledgerNumber || debit.key.currencyCode !== asked.amount.currencyCode) {
    return changed(plain, { ledger: debit.ledgerNumber === credit.ledgerNumber ? NO_LEDGER : debit.ledgerNumber });
  }
  const inOrder = changed(plain, { ledger: debit.ledgerNumber });
  const fault = asked.reversesId === "" ? undefined : faultOfReversal(asked);
  switch (fault) {
    case undefined:
      return inOrder;
    case CreateTransferStatus.REVERSED_TRANSFER_NOT_FOUND:
    case CreateTransferStatus.EXCEEDS_REVERSED_TRANSFER_AMOUNT:
      // These spend the id, and so does TigerBeetle for an account that is not there. That both are, is known here.
      return { ...changed(inOrder, { debit_account_id: NO_ACCOUNT }), faults: { debit_account_not_found: fault } };
    default:
      return {
        ...changed(inOrder, { ledger: NO_LEDGER }),
        faults: { transfer_must_have_the_same_ledger_as_accounts: fault },
      };
  }
}

function toTransfer(asked: Transfer, { tenant, imports }: Surroundings): TbTransfer {
  const id = normalUuid(asked.id);
  const leftOut = asked.phase === TransferPhase.POST_PENDING ? MAX_U128 : 0n;
  return {
    id: idOf(tenant, id),
    debit_account_id: idOf(tenant, normalUuid(asked.debitAccountId)),
    credit_account_id: idOf(tenant, normalUuid(asked.creditAccountId)),
    amount: asked.amount?.minorUnits ?? leftOut,
    pending_id: idOf(tenant, normalUuid(asked.pendingId)),
    user_data_128: u128OfUuid(id),
    user_data_64: digestOfTransferNote(noteOfTransfer(asked)),
    user_data_32: asked.valueDate === undefined ? 0 : (toDayNumber(asked.valueDate) ?? 0),
    timeout: asked.timeoutSeconds,
    ledger: 0,
    code: asked.code,
    flags: toTransferFlags({ ...asked, isImported: imports }),
    timestamp: asked.importTime === undefined ? 0n : toImportTimeNs(asked.importTime),
  };
}

function hasWrongDay({ valueDate }: Transfer): boolean {
  return valueDate !== undefined && toDayNumber(valueDate) === undefined;
}

function changed(prepared: PreparedTransfer, change: Partial<TbTransfer>): PreparedTransfer {
  return { ...prepared, transfer: { ...prepared.transfer, ...change } };
}
