import { callOf } from "#platform/rpc/call.ts";
import { normalId } from "../domain/id.ts";
import { fromTransfer } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Reads transfers. */
export function lookupTransfers({ ledger }: LedgerDeps): LedgerHandlers["lookupTransfers"] {
  return async (request, context) => {
    const transfers = await ledger.lookupTransfers(callOf(context), request.ids.map(normalId));
    return { transfers: transfers.map(fromTransfer) };
  };
}
