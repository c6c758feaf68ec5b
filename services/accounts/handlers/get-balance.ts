import { callOf } from "#platform/rpc/call.ts";
import { accountsRefused } from "../errors.ts";
import { accountName, fromBalance, idOf } from "../mapping.ts";
import { readBalance } from "../peers/ledger-accounts.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findAccount } from "../store/account-store.ts";

/** Reads what an account holds now. */
export function getBalance({ database, ledger, now }: AccountsDeps): AccountsHandlers["getBalance"] {
  return async (request, context) => {
    const call = callOf(context);
    const id = idOf(request.name);
    const account = await database.tenant(call, (transaction) => findAccount(transaction, id));
    if (account === undefined) {
      throw accountsRefused("account_not_found", { name: accountName(id) });
    }
    return fromBalance(account, await readBalance(ledger, call, account), now());
  };
}
