import { callOf } from "#platform/rpc/call.ts";
import { fromTransferResult, toNewTransfer } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Posts transfers. Each id is the idempotency key of its item. */
export function createTransfers({ ledger }: LedgerDeps): LedgerHandlers["createTransfers"] {
  return async (request, context) => {
    const results = await ledger.createTransfers(callOf(context), request.transfers.map(toNewTransfer));
    return { results: results.map(fromTransferResult) };
  };
}
