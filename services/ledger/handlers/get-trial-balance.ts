import { callOf } from "#platform/rpc/call.ts";
import { fromTrialBalanceLine } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Proves that debits equal credits. */
export function getTrialBalance({ ledger }: LedgerDeps): LedgerHandlers["getTrialBalance"] {
  return async (request, context) => {
    const lines = await ledger.trialBalance(callOf(context), request.ledger);
    return { lines: lines.map(fromTrialBalanceLine) };
  };
}
