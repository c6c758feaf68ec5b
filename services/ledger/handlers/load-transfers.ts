import type { LoadTransfersRequest } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { type Id, ZERO_ID } from "../domain/id.ts";
import { NO_METADATA } from "../domain/metadata.ts";
import { type NewTransfer, PHASE } from "../domain/transfer.ts";
import { ledgerRefused } from "../errors.ts";
import { fromTimeNs, fromTransferStatus } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Books transfers given as columns. Each id is the idempotency key of its item. */
export function loadTransfers({ ledger }: LedgerDeps): LedgerHandlers["loadTransfers"] {
  return async (request, context) => {
    const results = await ledger.createTransfers(callOf(context), toNewTransfers(request));
    let createdCount = 0;
    let lastBookTimeNs: bigint | undefined;
    for (const result of results) {
      if (result.status === "created") {
        createdCount++;
        lastBookTimeNs = result.bookTimeNs;
      }
    }
    return {
      statuses: createdCount === results.length ? [] : results.map(({ status }) => fromTransferStatus(status)),
      createdCount,
      ...(lastBookTimeNs === undefined ? {} : { lastBookTime: fromTimeNs(lastBookTimeNs) }),
    };
  };
}

const ID_BYTES = 16;

function toNewTransfers(request: LoadTransfersRequest): NewTransfer[] {
  const ids = toIds(request.ids, "ids");
  const debits = toIds(request.debitAccountIds, "debit_account_ids", ids.length);
  const credits = toIds(request.creditAccountIds, "credit_account_ids", ids.length);
  if (request.amountsMinorUnits.length !== ids.length) {
    throw ledgerRefused("columns_uneven", { column: "amounts_minor_units" });
  }
  return ids.map((id, index) => ({
    id,
    phase: request.pending ? PHASE.pending : PHASE.single,
    flags: 0,
    debitAccountId: debits[index] ?? ZERO_ID,
    creditAccountId: credits[index] ?? ZERO_ID,
    amount: request.amountsMinorUnits[index],
    currencyCode: request.currencyCode,
    code: request.code,
    pendingId: ZERO_ID,
    timeoutSeconds: request.timeoutSeconds,
    metadata: NO_METADATA,
    valueDate: undefined,
    reversesId: ZERO_ID,
    importTimeNs: undefined,
  }));
}

function toIds(column: Uint8Array, name: string, count = column.length / ID_BYTES): Id[] {
  if (column.length !== count * ID_BYTES || !Number.isInteger(count)) {
    throw ledgerRefused("columns_uneven", { column: name });
  }
  const text = Buffer.from(column.buffer, column.byteOffset, column.length).toString("latin1");
  return Array.from({ length: count }, (_, index) => text.slice(index * ID_BYTES, (index + 1) * ID_BYTES));
}
