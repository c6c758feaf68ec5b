/** Transfers as callers see them. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { PendingState, TransferPhase, type TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import { accountFacts, type Books, isTenants, ledgerKeys } from "./books.ts";
import { idOf, normalUuid, uuidOfU128 } from "./ids.ts";
import { fromDayNumber, fromTimeNs, fromTransferFlags, toMinorUnits } from "./mapping.ts";
import { NO_TRANSFER_NOTE, type TransferNote } from "./notes.ts";
import { pendingStates } from "./pending-states.ts";
import type { LedgerKey, NoteRow } from "./side-store.ts";
import type { TbTransfer } from "./tigerbeetle.ts";

/** A transfer with all that its message says. */
export interface NotedTransfer {
  readonly transfer: TbTransfer;
  readonly id: string;
  readonly key: LedgerKey;
  readonly debitAccountId: string;
  readonly creditAccountId: string;
  /** Of a post or void: the pending one. */
  readonly pending: TbTransfer | undefined;
  readonly note: TransferNote;
}

/** The transfers that exist, in the order asked. */
export async function readTransfers(books: Books, ids: readonly string[]): Promise<NotedTransfer[]> {
  const tbIds = ids.map((id) => idOf(books.tenant, normalUuid(id)));
  const found = await noteTransfers(books, await books.cluster.lookupTransfers(new Set(tbIds)));
  const byId = new Map(found.map((noted) => [noted.transfer.id, noted]));
  return tbIds.flatMap((tbId) => byId.get(tbId) ?? []);
}

/** Transfers of the tenant with their notes; what the adapter keeps for itself is left out. */
export async function noteTransfers(books: Books, transfers: readonly TbTransfer[]): Promise<NotedTransfer[]> {
  const own = transfers.filter(isTenants);
  if (own.length === 0) {
    return [];
  }
  const facts = await accountFacts(
    books,
    own.flatMap(({ debit_account_id, credit_account_id }) => [debit_account_id, credit_account_id]),
  );
  const keyOf = await ledgerKeys(
    books,
    own.map(({ ledger }) => ledger),
  );
  const pendingIds = new Set(own.map(({ pending_id }) => pending_id).filter((id) => id !== 0n));
  const pendings = pendingIds.size === 0 ? [] : await books.cluster.lookupTransfers(pendingIds);
  const pendingById = new Map(pendings.map((pending) => [pending.id, pending]));
  const notes = await readNotes(books, [...own, ...pendings]);
  const accountId = (tbId: bigint) => {
    const account = facts.get(tbId);
    if (account === undefined) {
      throw new Error("a transfer's accounts exist");
    }
    return account.id;
  };
  return own.map((transfer) => {
    const pending = pendingById.get(transfer.pending_id);
    return {
      transfer,
      id: uuidOfU128(transfer.user_data_128),
      key: keyOf(transfer.ledger),
      debitAccountId: accountId(transfer.debit_account_id),
      creditAccountId: accountId(transfer.credit_account_id),
      pending,
      note: noteOf(transfer, pending, notes),
    };
  });
}

/** A transfer as callers see it. */
export function fromNotedTransfer(noted: NotedTransfer, state?: PendingState): MessageInitShape<typeof TransferSchema> {
  const { transfer, key, pending, note } = noted;
  const { isImported, ...kind } = fromTransferFlags(transfer.flags);
  const bookTime = fromTimeNs(transfer.timestamp);
  return {
    ...kind,
    id: noted.id,
    debitAccountId: noted.debitAccountId,
    creditAccountId: noted.creditAccountId,
    amount: { currencyCode: key.currencyCode, minorUnits: toMinorUnits(transfer.amount) },
    code: transfer.code,
    metadata: { ...note.metadata },
    bookTime,
    pendingId: pending === undefined ? "" : uuidOfU128(pending.user_data_128),
    timeoutSeconds: transfer.timeout,
    ...(transfer.user_data_32 === 0 ? {} : { valueDate: fromDayNumber(transfer.user_data_32) }),
    reversesId: note.reversesId ?? "",
    ...(isImported ? { importTime: bookTime } : {}),
    state: state ?? PendingState.UNSPECIFIED,
  };
}

/** Transfers as callers see them, pending ones with what has become of them. */
export async function fromNotedTransfers(books: Books, noted: readonly NotedTransfer[]) {
  const pending = noted.filter(({ transfer }) => isPending(transfer)).map(({ transfer }) => transfer.id);
  const states = pending.length === 0 ? undefined : await pendingStates(books, pending);
  return noted.map((one) => fromNotedTransfer(one, states?.get(one.transfer.id)));
}

/** Whether it is the first step of two. */
export function isPending({ flags }: TbTransfer): boolean {
  return fromTransferFlags(flags).phase === TransferPhase.PENDING;
}

async function readNotes(books: Books, transfers: readonly TbTransfer[]): Promise<Map<string, TransferNote>> {
  const noted = transfers.filter(({ user_data_64 }) => user_data_64 !== 0n);
  const rows: NoteRow<TransferNote>[] =
    noted.length === 0
      ? []
      : await books.side.transferNotes(noted.map(({ user_data_128 }) => uuidOfU128(user_data_128)));
  return new Map(rows.map((row) => [`${row.id}/${row.digest}`, row.note]));
}

/** A post or void without a note of its own was given the pending one's by TigerBeetle, digest and all. */
function noteOf(transfer: TbTransfer, pending: TbTransfer | undefined, notes: Map<string, TransferNote>): TransferNote {
  const digest = transfer.user_data_64;
  if (digest === 0n) {
    return NO_TRANSFER_NOTE;
  }
  const own = notes.get(`${uuidOfU128(transfer.user_data_128)}/${digest}`);
  const inherited = pending === undefined ? undefined : notes.get(`${uuidOfU128(pending.user_data_128)}/${digest}`);
  const note = own ?? inherited;
  if (note === undefined) {
    throw new Error("a transfer's note was written before the transfer, and is not there");
  }
  return note;
}
