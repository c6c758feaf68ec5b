/** Compares a transfer with the one that was booked under its id. Fields are compared in the contract's order. */
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type Transfer, TransferPhase } from "#gen/malla/ledger/v1/ledger_pb.js";
import { normalUuid, u128OfUuid, ZERO_UUID } from "./ids.ts";
import { fromTransferFlags, toDayNumber } from "./mapping.ts";
import { isEmpty, isSameMetadata, noteOfTransfer } from "./notes.ts";
import type { NotedTransfer } from "./read-transfers.ts";

/** EXISTS where it is the same, else the first field that differs. */
export function compareTransfer(existing: NotedTransfer, asked: Transfer): CreateTransferStatus {
  return differenceOfKind(existing, asked) ?? differenceOfContent(existing, asked) ?? CreateTransferStatus.EXISTS;
}

function differenceOfKind({ transfer, pending }: NotedTransfer, asked: Transfer): CreateTransferStatus | undefined {
  const kind = fromTransferFlags(transfer.flags);
  if (kind.linked !== asked.linked) return CreateTransferStatus.EXISTS_WITH_DIFFERENT_LINKED;
  const isSameKind =
    kind.phase === asked.phase &&
    kind.balancingDebit === asked.balancingDebit &&
    kind.balancingCredit === asked.balancingCredit &&
    kind.closingDebit === asked.closingDebit &&
    kind.closingCredit === asked.closingCredit &&
    kind.isImported === (asked.importTime !== undefined);
  if (!isSameKind) return CreateTransferStatus.EXISTS_WITH_DIFFERENT_FLAGS;
  if (u128OfUuid(normalUuid(asked.pendingId)) !== (pending?.user_data_128 ?? 0n)) {
    return CreateTransferStatus.EXISTS_WITH_DIFFERENT_PENDING_ID;
  }
  return transfer.timeout === asked.timeoutSeconds ? undefined : CreateTransferStatus.EXISTS_WITH_DIFFERENT_TIMEOUT;
}

/** What a post or void leaves out is the pending transfer's, now as it was then. */
function differenceOfContent(existing: NotedTransfer, asked: Transfer): CreateTransferStatus | undefined {
  const { transfer, pending, key, note } = existing;
  const isSame = (id: string, existingId: string) =>
    normalUuid(id) === existingId || (pending !== undefined && normalUuid(id) === ZERO_UUID);
  if (!isSame(asked.debitAccountId, existing.debitAccountId)) {
    return CreateTransferStatus.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID;
  }
  if (!isSame(asked.creditAccountId, existing.creditAccountId)) {
    return CreateTransferStatus.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID;
  }
  if (!isSameAmount(existing, asked)) return CreateTransferStatus.EXISTS_WITH_DIFFERENT_AMOUNT;
  if (asked.amount !== undefined && asked.amount.currencyCode !== key.currencyCode) {
    return CreateTransferStatus.EXISTS_WITH_DIFFERENT_CURRENCY;
  }
  const askedNote = noteOfTransfer(asked);
  // Of two that left their labels out, one inherited what the other does.
  const inheritsBoth =
    pending !== undefined && isEmpty(askedNote.metadata) && transfer.user_data_64 === pending.user_data_64;
  if (!inheritsBoth && !isSameMetadata(askedNote.metadata, note.metadata)) {
    return CreateTransferStatus.EXISTS_WITH_DIFFERENT_METADATA;
  }
  const askedDay = asked.valueDate === undefined ? (pending?.user_data_32 ?? 0) : toDayNumber(asked.valueDate);
  if (askedDay !== transfer.user_data_32) return CreateTransferStatus.EXISTS_WITH_DIFFERENT_VALUE_DATE;
  if (askedNote.reversesId !== (pending === undefined ? note.reversesId : undefined)) {
    return CreateTransferStatus.EXISTS_WITH_DIFFERENT_REVERSES_ID;
  }
  const isSameCode = asked.code === transfer.code || (pending !== undefined && asked.code === 0);
  return isSameCode ? undefined : CreateTransferStatus.EXISTS_WITH_DIFFERENT_CODE;
}

/** Where less was moved than could have been asked for, more may be asked for again. */
function isSameAmount({ transfer, pending }: NotedTransfer, asked: Transfer): boolean {
  const amount = asked.amount?.minorUnits ?? pending?.amount;
  if (amount === undefined) {
    return false;
  }
  const isBalancing = asked.balancingDebit || asked.balancingCredit;
  const isWholePost = asked.phase === TransferPhase.POST_PENDING && transfer.amount === pending?.amount;
  return isBalancing || isWholePost ? amount >= transfer.amount : amount === transfer.amount;
}
