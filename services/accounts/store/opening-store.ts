/** Accounts on their way into being: planned before the ledger is asked, open after it answered. */
import { and, eq } from "drizzle-orm";
import type { Transaction } from "#platform/db/database.ts";
import type { Account } from "../domain/account.ts";
import { toAccount } from "./account-store.ts";
import { RESUME_AFTER_MS } from "./resume-store.ts";
import { accounts } from "./schema.ts";

/** An account that was decided, and whether it is open by now. */
export interface Opening {
  /** As it is opened: what became of it later does not show. */
  readonly account: Account;
  readonly isDone: boolean;
}

/** Writes down the account that is going to be. */
export async function insertOpening(
  transaction: Transaction,
  tenant: string,
  requestId: string,
  account: Account,
): Promise<void> {
  await transaction.insert(accounts).values({
    ...account,
    tenantId: tenant,
    state: "opening",
    openingRequestId: requestId,
    resumeTime: new Date(account.createTime.getTime() + RESUME_AFTER_MS),
  });
}

/** The opening of a call. */
export async function findOpening(
  transaction: Transaction,
  by: { readonly requestId: string } | { readonly accountId: string },
): Promise<Opening> {
  const [row] = await transaction
    .select()
    .from(accounts)
    .where("requestId" in by ? eq(accounts.openingRequestId, by.requestId) : eq(accounts.id, by.accountId));
  if (row === undefined) {
    throw new Error("an opening was claimed and not written");
  }
  const account = toAccount({ ...row, state: "open", updateTime: row.createTime });
  return { account, isDone: row.state !== "opening" };
}

/** Makes the account open; false where another did so first. */
export async function endOpening(transaction: Transaction, accountId: string): Promise<boolean> {
  const opened = await transaction
    .update(accounts)
    .set({ state: "open" })
    .where(and(eq(accounts.id, accountId), eq(accounts.state, "opening")))
    .returning({ id: accounts.id });
  return opened.length > 0;
}
