/** The ledger's accounts behind cards: the holder's, which exists, and the one that cards are settled through. */
import { v5 as uuidv5 } from "uuid";
import { CreateAccountStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import type { Account } from "#gen/malla/ledger/v1/ledger_pb.js";
import type { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import type { MeshClient } from "#platform/rpc/mesh-client.ts";

/** A client of the ledger. */
export type Ledger = MeshClient<typeof LedgerService>;

/** Any fixed UUID serves as the name space (RFC 9562, section 6.5); ids made in it stay what they are for ever. */
export const NAME_SPACE = "c1b8a0f4-4d6e-4b07-8f0e-5a8d2a7f3b91";
/** The general ledger: the books that holders' accounts are in. */
const GENERAL_LEDGER = 1;
/** Liability: what the bank owes card schemes for what its customers paid. */
const SETTLEMENT_CODE = 2110;

/** Id of the account that a tenant's cards of a currency are settled through. */
export function settlementAccountId(tenant: string, currencyCode: string): string {
  return uuidv5(`${tenant}/settlement/${currencyCode}`, NAME_SPACE);
}

/** The holder's account; undefined where the ledger has none. */
export async function findFundingAccount(ledger: Ledger, call: Call, id: string): Promise<Account | undefined> {
  const { accounts } = await ledger.for(call).lookupAccounts({ ids: [id] });
  return accounts.find((account) => account.ledger === GENERAL_LEDGER);
}

/** Makes the account of settlement where it is missing. */
export async function ensureSettlementAccount(ledger: Ledger, call: Call, currencyCode: string): Promise<void> {
  const id = settlementAccountId(call.tenant, currencyCode);
  const account = { id, ledger: GENERAL_LEDGER, currencyCode, code: SETTLEMENT_CODE, keepsHistory: true };
  const { results } = await ledger.for(call).createAccounts({ accounts: [account] });
  const status = results[0]?.status;
  if (status !== CreateAccountStatus.CREATED && status !== CreateAccountStatus.EXISTS) {
    throw new Error(`the ledger did not make the settlement account: ${CreateAccountStatus[status ?? 0]}`);
  }
}
