/** What became of each item of a request. The words are those of the contract's enums. */
import type { IdFault } from "./id.ts";

/** Statuses that depend on the state of the moment: the id has failed for good, though a new one may succeed. */
export const TRANSIENT_STATUSES = [
  "debit_account_not_found",
  "credit_account_not_found",
  "exceeds_credits",
  "exceeds_debits",
] as const;

/** A status that depends on the state of the moment. */
export type TransientStatus = (typeof TRANSIENT_STATUSES)[number];

/** Whether a status depends on the state of the moment. */
export function isTransient(status: string): status is TransientStatus {
  const statuses: readonly string[] = TRANSIENT_STATUSES;
  return statuses.includes(status);
}

/** Why an account is refused. */
export type AccountRefusal =
  | IdFault
  | "exists_with_different_balance_constraint"
  | "exists_with_different_overdraft_limit"
  | "exists_with_different_metadata"
  | "exists_with_different_ledger"
  | "exists_with_different_currency"
  | "exists_with_different_code"
  | "overdraft_limit_needs_constraint";

/** What became of an account. */
export type AccountResult =
  | { readonly status: "created" | "exists"; readonly createTimeNs: bigint }
  | { readonly status: AccountRefusal };

/** Why a transfer is refused, whatever became of an earlier one with its id. */
export type TransferRefusal =
  | "linked_event_failed"
  | "linked_event_chain_open"
  | IdFault
  | "exists_with_different_linked"
  | "exists_with_different_debit_account_id"
  | "exists_with_different_credit_account_id"
  | "exists_with_different_amount"
  | "exists_with_different_currency"
  | "exists_with_different_metadata"
  | "exists_with_different_code"
  | "amount_must_be_positive"
  | "accounts_must_be_different"
  | "accounts_must_have_the_same_ledger"
  | "currencies_must_match"
  | "overflows_debits_posted"
  | "overflows_credits_posted"
  | TransientStatus;

/** What became of a transfer. */
export type TransferResult =
  | { readonly status: "created" | "exists"; readonly bookTimeNs: bigint }
  | { readonly status: "id_already_failed"; readonly firstStatus: TransientStatus }
  | { readonly status: TransferRefusal };
