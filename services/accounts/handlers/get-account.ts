import { callOf } from "#platform/rpc/call.ts";
import { accountsRefused } from "../errors.ts";
import { fromAccount, idOf } from "../mapping.ts";
import type { AccountsDeps, AccountsHandlers } from "../service.ts";
import { findAccount } from "../store/account-store.ts";

/** Reads an account. */
export function getAccount({ database }: AccountsDeps): AccountsHandlers["getAccount"] {
  return async (request, context) => {
    const account = await database.tenant(callOf(context), (transaction) =>
      findAccount(transaction, idOf(request.name)),
    );
    if (account === undefined) {
      throw accountsRefused("account_not_found", { name: request.name });
    }
    return fromAccount(account);
  };
}
