/** Makes an account that was decided real. Safe to run again, and by several at once. */
import type { Call } from "#platform/rpc/call.ts";
import type { Account } from "../domain/account.ts";
import { accountFact } from "../events/outbox.ts";
import { createLedgerAccounts } from "../peers/ledger-accounts.ts";
import type { AccountsDeps } from "../service.ts";
import { endOpening, type Opening } from "../store/opening-store.ts";

/** Makes the ledger's account, then shows ours and tells of it, once. */
export async function finishOpening(
  { ledger, database, outbox }: Pick<AccountsDeps, "ledger" | "database" | "outbox">,
  call: Call,
  { account, isDone }: Opening,
): Promise<Account> {
  if (isDone) {
    return account;
  }
  await createLedgerAccounts(ledger, call, account);
  await database.tenant(call, async (transaction) => {
    if (await endOpening(transaction, account.id)) {
      await outbox.append(transaction, [accountFact(call.tenant, "opened", account)]);
    }
  });
  return account;
}
