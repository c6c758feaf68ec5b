/** Which product an account is held of: fixed when it is opened, so what was read once is remembered. */
import type { Database } from "#platform/db/database.ts";
import type { Call } from "#platform/rpc/call.ts";
import { findAccount } from "../store/account-store.ts";

/** Id of the account's product; undefined where the tenant has no such account. */
export type ProductsOfAccounts = (call: Call, accountId: string) => Promise<string | undefined>;

/** Accounts remembered: some 2 MB. Past that, the one that was read first is read again. */
const MAX_REMEMBERED = 10_000;

/** Remembers products of accounts, which spares each operation a transaction. */
export function rememberProducts(database: Database): ProductsOfAccounts {
  const remembered = new Map<string, string>();
  return async (call, accountId) => {
    const key = `${call.tenant}/${accountId}`;
    const known = remembered.get(key);
    if (known !== undefined) {
      return known;
    }
    const account = await database.tenant(call, (transaction) => findAccount(transaction, accountId));
    if (account === undefined) {
      return undefined;
    }
    const [oldest] = remembered.keys();
    if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) {
      remembered.delete(oldest);
    }
    remembered.set(key, account.productId);
    return account.productId;
  };
}
