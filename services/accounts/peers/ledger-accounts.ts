/** The ledger's side of accounts: made when an account is opened, read for its balance. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CreateAccountStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { type AccountSchema, BalanceConstraint } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { MeshClient } from "#platform/rpc/mesh-client.ts";
import type { Account } from "../domain/account.ts";
import { ACCOUNT_CODES, GENERAL_LEDGER, type InternalRole, internalAccountId } from "../domain/chart.ts";
import { ask } from "./ask.ts";

type Ledger = MeshClient<typeof LedgerService>;

const INTERNAL_ROLES: readonly InternalRole[] = ["cash", "feeIncome"];

/**
 * Makes the ledger's account of a customer's account. Those of the bank itself in its currency are made with it where
 * they are missing, so that every operation finds them. Sent again, it changes nothing.
 */
export async function createLedgerAccounts(ledger: Ledger, call: Call, account: Account): Promise<void> {
  const shared = { ledger: GENERAL_LEDGER, currencyCode: account.currencyCode, keepsHistory: true };
  const accounts: MessageInitShape<typeof AccountSchema>[] = [
    {
      ...shared,
      id: account.ledgerAccountId,
      code: ACCOUNT_CODES.customerDeposits,
      balanceConstraint: BalanceConstraint.DEBITS_MUST_NOT_EXCEED_CREDITS,
      overdraftLimit: account.overdraftLimit,
      metadata: { account: account.id },
    },
    ...INTERNAL_ROLES.map((role) => ({
      ...shared,
      id: internalAccountId(call.tenant, role, account.currencyCode),
      code: ACCOUNT_CODES[role],
    })),
  ];
  const { results } = await ask("ledger", ledger.for(call).createAccounts({ accounts }));
  const made = results.filter(
    ({ status }) => status === CreateAccountStatus.CREATED || status === CreateAccountStatus.EXISTS,
  );
  if (made.length !== accounts.length) {
    const statuses = results.map(({ status }) => CreateAccountStatus[status]).join(", ");
    throw new Error(`the ledger did not make the accounts of account ${account.id}: ${statuses}`);
  }
}

/** Credits less debits of an account, in minor units: what the bank owes its holder; below zero it is overdrawn. */
export async function readBalance(ledger: Ledger, call: Call, account: Account): Promise<bigint> {
  const { accounts } = await ask("ledger", ledger.for(call).lookupAccounts({ ids: [account.ledgerAccountId] }));
  const [found] = accounts;
  if (found === undefined) {
    throw new Error(`the ledger lost the account of account ${account.id}`);
  }
  return found.creditsPosted - found.debitsPosted;
}
