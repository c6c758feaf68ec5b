/**
 * The chart of accounts and the bank's own accounts in it.
 *
 * Codes follow the usual order of a chart (1 assets, 2 liabilities, 4 income), as bank supervisors' charts do (Brazil's
 * COSIF, Mexico's CUB and Colombia's CUIF map onto it line by line). The ledger knows them as bare numbers.
 */
import { v5 as uuidv5 } from "uuid";

/** The general ledger. */
export const GENERAL_LEDGER = 1;

/** Codes of ledger accounts. */
export const ACCOUNT_CODES = {
  /** Asset: cash and funds at hand, counterpart of deposits and withdrawals. */
  cash: 1010,
  /** Liability: what the bank owes its customers on demand. */
  customerDeposits: 2010,
  /** Income: fees for operations. */
  feeIncome: 4010,
} as const;

/** Codes of ledger transfers. */
export const TRANSFER_CODES = { deposit: 100, withdrawal: 200, transfer: 300, fee: 900 } as const;

/** Accounts of the bank itself, one of each per currency. */
export type InternalRole = "cash" | "feeIncome";

/** Any fixed UUID serves as the name space (RFC 9562, section 6.5); ids made in it stay what they are for ever. */
const NAME_SPACE = "6a0f2f0e-6f0c-4d52-9a53-0d3f9b7c2e41";

/** Id of one of the bank's own ledger accounts: the same for every process and for ever. */
export function internalAccountId(tenant: string, role: InternalRole, currencyCode: string): string {
  return uuidv5(`${tenant}/${role}/${currencyCode}`, NAME_SPACE);
}
