import { callOf } from "#platform/rpc/call.ts";
import { idOfUuid } from "../domain/id.ts";
import { fromAccount } from "../mapping.ts";
import type { LedgerDeps, LedgerHandlers } from "../service.ts";

/** Reads accounts with their balances. */
export function lookupAccounts({ ledger }: LedgerDeps): LedgerHandlers["lookupAccounts"] {
  return async (request, context) => {
    const accounts = await ledger.lookupAccounts(callOf(context), request.ids.map(idOfUuid));
    return { accounts: accounts.map(fromAccount) };
  };
}
