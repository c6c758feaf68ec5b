import { callOf } from "#platform/rpc/call.ts";
import { idOfUuid } from "../domain/id.ts";
import { fromTransfer } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Reads transfers. */
export function lookupTransfers({ ledger }: LedgerDeps): LedgerHandlers["lookupTransfers"] {
  return async (request, context) => {
    const transfers = await ledger.lookupTransfers(callOf(context), request.ids.map(idOfUuid));
    return { transfers: transfers.map(fromTransfer) };
  };
}
