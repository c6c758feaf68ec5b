/**
 * TigerBeetle's statuses by name: their number, and what the contract calls them. Undefined where TigerBeetle can say so
 * only of an item that the adapter made to fail on purpose (prepare-transfer.ts), or by a defect of the adapter.
 */
import { CreateAccountStatus, CreateTransferStatus } from "#gen/malla/ledger/v1/ledger_errors_pb.js";

type AccountStatus = keyof typeof CreateAccountStatus;
type TransferStatus = keyof typeof CreateTransferStatus;

/** Of create_accounts. */
export const ACCOUNT_STATUSES = {
  created: [0xffffffff, "CREATED"],
  linked_event_failed: [1, undefined],
  linked_event_chain_open: [2, undefined],
  imported_event_expected: [22, "IMPORTED_EVENT_EXPECTED"],
  imported_event_not_expected: [23, "IMPORTED_EVENT_NOT_EXPECTED"],
  timestamp_must_be_zero: [3, undefined],
  imported_event_timestamp_out_of_range: [24, "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE"],
  imported_event_timestamp_must_not_advance: [25, "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE"],
  reserved_field: [4, undefined],
  reserved_flag: [5, undefined],
  id_must_not_be_zero: [6, "ID_MUST_NOT_BE_ZERO"],
  id_must_not_be_int_max: [7, "ID_MUST_NOT_BE_INT_MAX"],
  exists_with_different_flags: [15, "EXISTS_WITH_DIFFERENT_FLAGS"],
  exists_with_different_user_data_128: [16, undefined],
  exists_with_different_user_data_64: [17, "EXISTS_WITH_DIFFERENT_METADATA"],
  exists_with_different_user_data_32: [18, "EXISTS_WITH_DIFFERENT_FLAGS"],
  exists_with_different_ledger: [19, "EXISTS_WITH_DIFFERENT_LEDGER"],
  exists_with_different_code: [20, "EXISTS_WITH_DIFFERENT_CODE"],
  exists: [21, "EXISTS"],
  flags_are_mutually_exclusive: [8, undefined],
  debits_pending_must_be_zero: [9, undefined],
  debits_posted_must_be_zero: [10, undefined],
  credits_pending_must_be_zero: [11, undefined],
  credits_posted_must_be_zero: [12, undefined],
  ledger_must_not_be_zero: [13, undefined],
  code_must_not_be_zero: [14, undefined],
  imported_event_timestamp_must_not_regress: [26, "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS"],
} as const satisfies Record<string, readonly [number, AccountStatus | undefined]>;

/** Of create_transfers. */
export const TRANSFER_STATUSES = {
  created: [0xffffffff, "CREATED"],
  linked_event_failed: [1, "LINKED_EVENT_FAILED"],
  linked_event_chain_open: [2, "LINKED_EVENT_CHAIN_OPEN"],
  imported_event_expected: [56, "IMPORTED_EVENT_EXPECTED"],
  imported_event_not_expected: [57, "IMPORTED_EVENT_NOT_EXPECTED"],
  timestamp_must_be_zero: [3, undefined],
  imported_event_timestamp_out_of_range: [58, "IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE"],
  imported_event_timestamp_must_not_advance: [59, "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE"],
  reserved_flag: [4, undefined],
  id_must_not_be_zero: [5, "ID_MUST_NOT_BE_ZERO"],
  id_must_not_be_int_max: [6, "ID_MUST_NOT_BE_INT_MAX"],
  exists_with_different_flags: [36, "EXISTS_WITH_DIFFERENT_FLAGS"],
  exists_with_different_pending_id: [40, "EXISTS_WITH_DIFFERENT_PENDING_ID"],
  exists_with_different_timeout: [44, "EXISTS_WITH_DIFFERENT_TIMEOUT"],
  exists_with_different_debit_account_id: [37, "EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID"],
  exists_with_different_credit_account_id: [38, "EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID"],
  exists_with_different_amount: [39, "EXISTS_WITH_DIFFERENT_AMOUNT"],
  exists_with_different_user_data_128: [41, undefined],
  exists_with_different_user_data_64: [42, "EXISTS_WITH_DIFFERENT_METADATA"],
  exists_with_different_user_data_32: [43, "EXISTS_WITH_DIFFERENT_VALUE_DATE"],
  exists_with_different_ledger: [67, "EXISTS_WITH_DIFFERENT_CURRENCY"],
  exists_with_different_code: [45, "EXISTS_WITH_DIFFERENT_CODE"],
  exists: [46, "EXISTS"],
  id_already_failed: [68, "ID_ALREADY_FAILED"],
  flags_are_mutually_exclusive: [7, "FLAGS_ARE_MUTUALLY_EXCLUSIVE"],
  debit_account_id_must_not_be_zero: [8, "DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO"],
  debit_account_id_must_not_be_int_max: [9, "DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX"],
  credit_account_id_must_not_be_zero: [10, "CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO"],
  credit_account_id_must_not_be_int_max: [11, "CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX"],
  accounts_must_be_different: [12, "ACCOUNTS_MUST_BE_DIFFERENT"],
  pending_id_must_be_zero: [13, "PENDING_ID_MUST_BE_ZERO"],
  pending_id_must_not_be_zero: [14, "PENDING_ID_MUST_NOT_BE_ZERO"],
  pending_id_must_not_be_int_max: [15, "PENDING_ID_MUST_NOT_BE_INT_MAX"],
  pending_id_must_be_different: [16, "PENDING_ID_MUST_BE_DIFFERENT"],
  timeout_reserved_for_pending_transfer: [17, "TIMEOUT_RESERVED_FOR_PENDING_TRANSFER"],
  closing_transfer_must_be_pending: [64, "CLOSING_TRANSFER_MUST_BE_PENDING"],
  ledger_must_not_be_zero: [19, undefined],
  code_must_not_be_zero: [20, "CODE_MUST_NOT_BE_ZERO"],
  debit_account_not_found: [21, "DEBIT_ACCOUNT_NOT_FOUND"],
  credit_account_not_found: [22, "CREDIT_ACCOUNT_NOT_FOUND"],
  accounts_must_have_the_same_ledger: [23, "ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER"],
  transfer_must_have_the_same_ledger_as_accounts: [24, "CURRENCIES_MUST_MATCH"],
  pending_transfer_not_found: [25, "PENDING_TRANSFER_NOT_FOUND"],
  pending_transfer_not_pending: [26, "PENDING_TRANSFER_NOT_PENDING"],
  pending_transfer_has_different_debit_account_id: [27, "PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID"],
  pending_transfer_has_different_credit_account_id: [28, "PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID"],
  pending_transfer_has_different_ledger: [29, "PENDING_TRANSFER_HAS_DIFFERENT_CURRENCY"],
  pending_transfer_has_different_code: [30, "PENDING_TRANSFER_HAS_DIFFERENT_CODE"],
  exceeds_pending_transfer_amount: [31, "EXCEEDS_PENDING_TRANSFER_AMOUNT"],
  pending_transfer_has_different_amount: [32, "PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT"],
  pending_transfer_already_posted: [33, "PENDING_TRANSFER_ALREADY_POSTED"],
  pending_transfer_already_voided: [34, "PENDING_TRANSFER_ALREADY_VOIDED"],
  pending_transfer_expired: [35, "PENDING_TRANSFER_EXPIRED"],
  imported_event_timestamp_must_not_regress: [60, "IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS"],
  imported_event_timestamp_must_postdate_debit_account: [61, "IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT"],
  imported_event_timestamp_must_postdate_credit_account: [62, "IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT"],
  imported_event_timeout_must_be_zero: [63, "IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO"],
  debit_account_already_closed: [65, "DEBIT_ACCOUNT_ALREADY_CLOSED"],
  credit_account_already_closed: [66, "CREDIT_ACCOUNT_ALREADY_CLOSED"],
  overflows_debits_pending: [47, "OVERFLOWS_DEBITS_PENDING"],
  overflows_credits_pending: [48, "OVERFLOWS_CREDITS_PENDING"],
  overflows_debits_posted: [49, "OVERFLOWS_DEBITS_POSTED"],
  overflows_credits_posted: [50, "OVERFLOWS_CREDITS_POSTED"],
  overflows_debits: [51, "OVERFLOWS_DEBITS"],
  overflows_credits: [52, "OVERFLOWS_CREDITS"],
  overflows_timeout: [53, "OVERFLOWS_TIMEOUT"],
  exceeds_credits: [54, "EXCEEDS_CREDITS"],
  exceeds_debits: [55, "EXCEEDS_DEBITS"],
} as const satisfies Record<string, readonly [number, TransferStatus | undefined]>;

/** Name of a status of create_accounts. */
export type TbAccountStatus = keyof typeof ACCOUNT_STATUSES;
/** Name of a status of create_transfers. */
export type TbTransferStatus = keyof typeof TRANSFER_STATUSES;

const accountNames = namesByNumber(ACCOUNT_STATUSES);
const transferNames = namesByNumber(TRANSFER_STATUSES);

/** Name of a number that create_accounts answered. */
export function accountStatusName(number: number): TbAccountStatus {
  return required(accountNames.get(number), number);
}

/** Name of a number that create_transfers answered. */
export function transferStatusName(number: number): TbTransferStatus {
  return required(transferNames.get(number), number);
}

/** The contract's status of an account. */
export function toAccountStatus(name: TbAccountStatus): CreateAccountStatus {
  return CreateAccountStatus[required(ACCOUNT_STATUSES[name][1], name)];
}

/** The contract's status of a transfer. */
export function toTransferStatus(name: TbTransferStatus): CreateTransferStatus {
  return CreateTransferStatus[required(TRANSFER_STATUSES[name][1], name)];
}

/** The failures that spend an id. */
export const TRANSIENT: ReadonlySet<CreateTransferStatus> = new Set([
  CreateTransferStatus.DEBIT_ACCOUNT_NOT_FOUND,
  CreateTransferStatus.CREDIT_ACCOUNT_NOT_FOUND,
  CreateTransferStatus.PENDING_TRANSFER_NOT_FOUND,
  CreateTransferStatus.REVERSED_TRANSFER_NOT_FOUND,
  CreateTransferStatus.EXCEEDS_REVERSED_TRANSFER_AMOUNT,
  CreateTransferStatus.DEBIT_ACCOUNT_ALREADY_CLOSED,
  CreateTransferStatus.CREDIT_ACCOUNT_ALREADY_CLOSED,
  CreateTransferStatus.EXCEEDS_CREDITS,
  CreateTransferStatus.EXCEEDS_DEBITS,
]);

function namesByNumber<Name extends string>(table: Record<Name, readonly [number, unknown]>): Map<number, Name> {
  // The keys of an object literal are its type's keys.
  const names = Object.keys(table) as Name[];
  return new Map(names.map((name) => [table[name][0], name]));
}

function required<T>(value: T | undefined, status: number | string): T {
  if (value === undefined) {
    throw new Error(`TigerBeetle answered ${status}, which nothing that was sent should lead to`);
  }
  return value;
}
