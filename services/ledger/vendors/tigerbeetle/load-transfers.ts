/** Transfers given as packed columns. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type Transfer, TransferPhase, TransferSchema } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { LoadTransfersRequest, LoadTransfersResponseSchema } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import { vendorRefused } from "./errors.ts";
import { uuidOfU128 } from "./ids.ts";
import type { TransferResult } from "./transfer-results.ts";

const ID_BYTES = 16;

/** @throws COLUMNS_UNEVEN */
export function unpackTransfers(request: LoadTransfersRequest): Transfer[] {
  const { ids, debitAccountIds, creditAccountIds, amountsMinorUnits, currencyCode, code } = request;
  const count = amountsMinorUnits.length;
  for (const [column, bytes] of [
    ["ids", ids],
    ["debit_account_ids", debitAccountIds],
    ["credit_account_ids", creditAccountIds],
  ] as const) {
    if (bytes.length !== count * ID_BYTES) {
      throw vendorRefused("columns_uneven", { column });
    }
  }
  return amountsMinorUnits.map((minorUnits, index) =>
    create(TransferSchema, {
      id: idAt(ids, index),
      debitAccountId: idAt(debitAccountIds, index),
      creditAccountId: idAt(creditAccountIds, index),
      amount: { currencyCode, minorUnits },
      code,
      phase: request.pending ? TransferPhase.PENDING : TransferPhase.UNSPECIFIED,
      timeoutSeconds: request.timeoutSeconds,
    }),
  );
}

/** Statuses only where something was not booked. */
export function packResults(results: readonly TransferResult[]): MessageInitShape<typeof LoadTransfersResponseSchema> {
  const created = results.filter(({ status }) => status === CreateTransferStatus.CREATED);
  const lastBookTime = created.at(-1)?.bookTime;
  return {
    statuses:
      created.length === results.length ? [] : results.map(({ status }) => status ?? CreateTransferStatus.UNSPECIFIED),
    createdCount: created.length,
    ...(lastBookTime === undefined ? {} : { lastBookTime }),
  };
}

function idAt(column: Uint8Array, index: number): string {
  const bytes = column.subarray(index * ID_BYTES, (index + 1) * ID_BYTES);
  return uuidOfU128(BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
}
