/** What became of each item of a request. The words are those of the contract's enums. */

/** Statuses that depend on the state of the moment: the id has failed for good, though a new one may succeed. */
export const TRANSIENT_STATUSES = [
  "debit_account_not_found",
  "credit_account_not_found",
  "pending_transfer_not_found",
  "reversed_transfer_not_found",
  "exceeds_reversed_transfer_amount",
  "debit_account_already_closed",
  "credit_account_already_closed",
  "exceeds_credits",
  "exceeds_debits",
] as const;

/** A status that depends on the state of the moment. */
export type TransientStatus = (typeof TRANSIENT_STATUSES)[number];

const transient = new Set<string>(TRANSIENT_STATUSES);

/** Whether a status depends on the state of the moment. */
export function isTransient(status: string): status is TransientStatus {
  return transient.has(status);
}

/** Why an item of any kind is refused. */
type ItemRefusal =
  | "imported_event_expected"
  | "imported_event_not_expected"
  | "imported_event_timestamp_out_of_range"
  | "imported_event_timestamp_must_not_advance"
  | "imported_event_timestamp_must_not_regress"
  | "id_must_not_be_zero"
  | "id_must_not_be_int_max"
  | "exists_with_different_flags"
  | "exists_with_different_metadata"
  | "exists_with_different_currency"
  | "exists_with_different_code";

/** Why an account is refused. */
export type AccountRefusal =
  | ItemRefusal
  | "exists_with_different_balance_constraint"
  | "exists_with_different_overdraft_limit"
  | "exists_with_different_ledger"
  | "overdraft_limit_needs_constraint";

/** What became of an account. */
export type AccountResult =
  | { readonly status: "created" | "exists"; readonly createTimeNs: bigint }
  | { readonly status: AccountRefusal };

/** Why a transfer is refused, whatever became of an earlier one with its id. */
export type TransferRefusal =
  | ItemRefusal
  | TransientStatus
  | "linked_event_failed"
  | "linked_event_chain_open"
  | "exists_with_different_linked"
  | "exists_with_different_pending_id"
  | "exists_with_different_timeout"
  | "exists_with_different_debit_account_id"
  | "exists_with_different_credit_account_id"
  | "exists_with_different_amount"
  | "exists_with_different_value_date"
  | "exists_with_different_reverses_id"
  | "amount_must_not_be_negative"
  | "flags_are_mutually_exclusive"
  | "debit_account_id_must_not_be_zero"
  | "debit_account_id_must_not_be_int_max"
  | "credit_account_id_must_not_be_zero"
  | "credit_account_id_must_not_be_int_max"
  | "accounts_must_be_different"
  | "pending_id_must_be_zero"
  | "pending_id_must_not_be_zero"
  | "pending_id_must_not_be_int_max"
  | "pending_id_must_be_different"
  | "timeout_reserved_for_pending_transfer"
  | "closing_transfer_must_be_pending"
  | "amount_must_be_set"
  | "value_date_invalid"
  | "code_must_not_be_zero"
  | "accounts_must_have_the_same_ledger"
  | "currencies_must_match"
  | "pending_transfer_not_pending"
  | "pending_transfer_has_different_debit_account_id"
  | "pending_transfer_has_different_credit_account_id"
  | "pending_transfer_has_different_currency"
  | "pending_transfer_has_different_code"
  | "exceeds_pending_transfer_amount"
  | "pending_transfer_has_different_amount"
  | "pending_transfer_already_posted"
  | "pending_transfer_already_voided"
  | "pending_transfer_expired"
  | "reversed_transfer_not_posted"
  | "reversal_must_mirror_accounts"
  | "imported_event_timestamp_must_postdate_debit_account"
  | "imported_event_timestamp_must_postdate_credit_account"
  | "imported_event_timeout_must_be_zero"
  | "overflows_debits_pending"
  | "overflows_credits_pending"
  | "overflows_debits_posted"
  | "overflows_credits_posted"
  | "overflows_debits"
  | "overflows_credits"
  | "overflows_timeout";

/** What became of a transfer. */
export type TransferResult =
  | { readonly status: "created" | "exists"; readonly bookTimeNs: bigint }
  | { readonly status: "id_already_failed"; readonly firstStatus: TransientStatus }
  | { readonly status: TransferRefusal };
