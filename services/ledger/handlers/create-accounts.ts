import { callOf } from "#platform/rpc/call.ts";
import { fromAccountResult, toNewAccount } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Makes accounts. Each id is the idempotency key of its item. */
export function createAccounts({ ledger }: LedgerDeps): LedgerHandlers["createAccounts"] {
  return async (request, context) => {
    const results = await ledger.createAccounts(callOf(context), request.accounts.map(toNewAccount));
    return { results: results.map(fromAccountResult) };
  };
}
