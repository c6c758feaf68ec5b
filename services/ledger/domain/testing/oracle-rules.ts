/**
 * Every status of the contract beside what it says, in the order of the contract's lines: the first that applies is the
 * answer (LEDGER-012, LEDGER-022). Each rule is read by itself, so that it can be held against its line.
 */
import type { NewAccount } from "../account.ts";
import type { Id } from "../id.ts";
import type { AccountResult, TransferResult, TransientStatus } from "../result.ts";
import type { NewTransfer } from "../transfer.ts";
import {
  BALANCING_CREDIT,
  BALANCING_DEBIT,
  balanceOf,
  CLOSING_CREDIT,
  CLOSING_DEBIT,
  EXPIRY,
  expiryOf,
  isClosed,
  isResolution,
  LINKED,
  NO_ID,
  type Oracle,
  type OracleAccount,
  type OracleTransfer,
  PENDING,
  POST,
  SINGLE,
  stateOf,
  transfersOf,
  VOID,
} from "./oracle-books.ts";

const ALL_ONES: Id = "\xff".repeat(16);
const MOST = 9_223_372_036_854_775_807n;

/** Statuses that the contract calls transient. */
export const TRANSIENT: readonly TransientStatus[] = [
  "debit_account_not_found",
  "credit_account_not_found",
  "pending_transfer_not_found",
  "reversed_transfer_not_found",
  "exceeds_reversed_transfer_amount",
  "debit_account_already_closed",
  "credit_account_already_closed",
  "exceeds_credits",
  "exceeds_debits",
];

interface AccountCase {
  readonly oracle: Oracle;
  readonly asked: NewAccount;
  readonly imports: boolean;
  readonly nowNs: bigint;
  readonly existing: OracleAccount | undefined;
}

interface TransferCase {
  readonly oracle: Oracle;
  readonly asked: NewTransfer;
  /** With what a post or void leaves out. */
  readonly filled: NewTransfer;
  readonly imports: boolean;
  readonly nowNs: bigint;
  readonly existing: OracleTransfer | undefined;
  readonly hasFailed: boolean;
  readonly pending: OracleTransfer | undefined;
  readonly reversed: OracleTransfer | undefined;
  readonly debit: OracleAccount | undefined;
  readonly credit: OracleAccount | undefined;
  /** What it would move. */
  readonly amount: bigint;
  /** The time that it is. */
  readonly timeNs: bigint;
}

type Rules<Status, Case> = readonly (readonly [status: Status, applies: (one: Case) => boolean])[];

/** The first status that applies; undefined: it is made. */
export function applicable<Status, Case>(rules: Rules<Status, Case>, one: Case): Status | undefined {
  return rules.find(([, applies]) => applies(one))?.[0];
}

type AccountStatus = Exclude<AccountResult["status"], "created">;
type TransferStatus = Exclude<TransferResult["status"], "created">;

export const ACCOUNT_RULES: Rules<AccountStatus, AccountCase> = [
  ["imported_event_expected", ({ asked, imports }) => imports && asked.importTimeNs === undefined],
  ["imported_event_not_expected", ({ asked, imports }) => !imports && asked.importTimeNs !== undefined],
  ["imported_event_timestamp_out_of_range", ({ asked }) => isOutOfRange(asked.importTimeNs)],
  ["imported_event_timestamp_must_not_advance", ({ asked, nowNs }) => (asked.importTimeNs ?? -1n) >= nowNs],
  ["id_must_not_be_zero", ({ asked }) => asked.id === NO_ID],
  ["id_must_not_be_int_max", ({ asked }) => asked.id === ALL_ONES],
  [
    "exists_with_different_flags",
    ({ asked, existing: known }) =>
      known !== undefined &&
      (known.keepsHistory !== asked.keepsHistory ||
        known.madeClosed !== asked.madeClosed ||
        (known.importTimeNs === undefined) !== (asked.importTimeNs === undefined)),
  ],
  ["exists_with_different_balance_constraint", differs<NewAccount>((account) => account.balanceConstraint)],
  ["exists_with_different_overdraft_limit", differs<NewAccount>((account) => account.overdraftLimit)],
  ["exists_with_different_metadata", differs<NewAccount>((account) => labels(account.metadata))],
  ["exists_with_different_ledger", differs<NewAccount>((account) => account.ledger)],
  ["exists_with_different_currency", differs<NewAccount>((account) => account.currencyCode)],
  ["exists_with_different_code", differs<NewAccount>((account) => account.code)],
  ["exists", ({ existing }) => existing !== undefined],
  [
    "overdraft_limit_needs_constraint",
    ({ asked }) => asked.overdraftLimit !== 0n && asked.balanceConstraint === "none",
  ],
  [
    "imported_event_timestamp_must_not_regress",
    ({ asked, oracle }) =>
      oracle.events.some(
        (event) =>
          event.kind === "account" && asked.importTimeNs !== undefined && asked.importTimeNs <= event.createTimeNs,
      ),
  ],
];

export const TRANSFER_RULES: Rules<TransferStatus, TransferCase> = [
  ["imported_event_expected", ({ asked, imports }) => imports && asked.importTimeNs === undefined],
  ["imported_event_not_expected", ({ asked, imports }) => !imports && asked.importTimeNs !== undefined],
  ["imported_event_timestamp_out_of_range", ({ asked }) => isOutOfRange(asked.importTimeNs)],
  ["imported_event_timestamp_must_not_advance", ({ asked, nowNs }) => (asked.importTimeNs ?? -1n) >= nowNs],
  ["id_must_not_be_zero", ({ asked }) => asked.id === NO_ID],
  ["id_must_not_be_int_max", ({ asked }) => asked.id === ALL_ONES],
  [
    "exists_with_different_linked",
    ({ asked, existing }) => existing !== undefined && (asked.flags & LINKED) !== (existing.flags & LINKED),
  ],
  [
    "exists_with_different_flags",
    ({ asked, existing }) =>
      existing !== undefined && (asked.phase !== existing.phase || asked.flags !== existing.flags),
  ],
  ["exists_with_different_pending_id", differs<Fields>((transfer) => transfer.pendingId)],
  ["exists_with_different_timeout", differs<Fields>((transfer) => transfer.timeoutSeconds)],
  ["exists_with_different_debit_account_id", differsFilled((transfer) => transfer.debitAccountId)],
  ["exists_with_different_credit_account_id", differsFilled((transfer) => transfer.creditAccountId)],
  ["exists_with_different_amount", (one) => one.existing !== undefined && !coversAmount(one, one.existing)],
  ["exists_with_different_currency", differsFilled((transfer) => transfer.currencyCode)],
  ["exists_with_different_metadata", differsFilled((transfer) => labels(transfer.metadata))],
  [
    "exists_with_different_value_date",
    ({ filled, existing }) => existing !== undefined && dayOf(filled, existing) !== dayOf(existing, existing),
  ],
  ["exists_with_different_reverses_id", differsFilled((transfer) => transfer.reversesId)],
  ["exists_with_different_code", differsFilled((transfer) => transfer.code)],
  ["exists", ({ existing }) => existing !== undefined],
  ["id_already_failed", ({ hasFailed }) => hasFailed],
  ["amount_must_not_be_negative", ({ asked }) => (asked.amount ?? 0n) < 0n],
  [
    "flags_are_mutually_exclusive",
    ({ asked }) =>
      (isResolution(asked) &&
        (asked.flags & (BALANCING_DEBIT | BALANCING_CREDIT | CLOSING_DEBIT | CLOSING_CREDIT)) !== 0) ||
      (asked.phase !== SINGLE && asked.reversesId !== NO_ID),
  ],
  ["debit_account_id_must_not_be_zero", ({ asked }) => !isResolution(asked) && asked.debitAccountId === NO_ID],
  ["debit_account_id_must_not_be_int_max", ({ asked }) => !isResolution(asked) && asked.debitAccountId === ALL_ONES],
  ["credit_account_id_must_not_be_zero", ({ asked }) => !isResolution(asked) && asked.creditAccountId === NO_ID],
  ["credit_account_id_must_not_be_int_max", ({ asked }) => !isResolution(asked) && asked.creditAccountId === ALL_ONES],
  ["accounts_must_be_different", ({ asked }) => !isResolution(asked) && asked.debitAccountId === asked.creditAccountId],
  ["pending_id_must_be_zero", ({ asked }) => !isResolution(asked) && asked.pendingId !== NO_ID],
  ["pending_id_must_not_be_zero", ({ asked }) => isResolution(asked) && asked.pendingId === NO_ID],
  ["pending_id_must_not_be_int_max", ({ asked }) => isResolution(asked) && asked.pendingId === ALL_ONES],
  ["pending_id_must_be_different", ({ asked }) => isResolution(asked) && asked.pendingId === asked.id],
  ["timeout_reserved_for_pending_transfer", ({ asked }) => asked.phase !== PENDING && asked.timeoutSeconds !== 0],
  [
    "closing_transfer_must_be_pending",
    ({ asked }) => asked.phase === SINGLE && (asked.flags & (CLOSING_DEBIT | CLOSING_CREDIT)) !== 0,
  ],
  ["amount_must_be_set", ({ asked }) => !isResolution(asked) && asked.amount === undefined],
  ["value_date_invalid", ({ asked }) => Number.isNaN(asked.valueDate)],
  ["code_must_not_be_zero", ({ asked }) => !isResolution(asked) && asked.code === 0],
  ["debit_account_not_found", ({ asked, debit }) => !isResolution(asked) && debit === undefined],
  ["credit_account_not_found", ({ asked, credit }) => !isResolution(asked) && credit === undefined],
  [
    "accounts_must_have_the_same_ledger",
    ({ asked, debit, credit }) => !isResolution(asked) && debit?.ledger !== credit?.ledger,
  ],
  [
    "currencies_must_match",
    ({ asked, debit, credit }) =>
      !isResolution(asked) &&
      (debit?.currencyCode !== asked.currencyCode || credit?.currencyCode !== asked.currencyCode),
  ],
  ["pending_transfer_not_found", ({ asked, pending }) => isResolution(asked) && pending === undefined],
  ["pending_transfer_not_pending", ({ asked, pending }) => isResolution(asked) && pending?.phase !== PENDING],
  ["pending_transfer_has_different_debit_account_id", differsFromPending((transfer) => transfer.debitAccountId)],
  ["pending_transfer_has_different_credit_account_id", differsFromPending((transfer) => transfer.creditAccountId)],
  ["pending_transfer_has_different_currency", differsFromPending((transfer) => transfer.currencyCode)],
  ["pending_transfer_has_different_code", differsFromPending((transfer) => transfer.code)],
  [
    "exceeds_pending_transfer_amount",
    ({ asked, pending }) => isResolution(asked) && (asked.amount ?? 0n) > (pending?.amount ?? 0n),
  ],
  [
    "pending_transfer_has_different_amount",
    ({ asked, pending }) => asked.phase === VOID && asked.amount !== undefined && asked.amount !== pending?.amount,
  ],
  ["pending_transfer_already_posted", (one) => stateOfPending(one) === "posted"],
  ["pending_transfer_already_voided", (one) => stateOfPending(one) === "voided"],
  ["pending_transfer_expired", (one) => stateOfPending(one) === "expired"],
  ["reversed_transfer_not_found", ({ asked, reversed }) => asked.reversesId !== NO_ID && reversed === undefined],
  [
    "reversed_transfer_not_posted",
    ({ reversed }) => reversed !== undefined && reversed.phase !== SINGLE && reversed.phase !== POST,
  ],
  [
    "reversal_must_mirror_accounts",
    ({ asked, reversed }) =>
      reversed !== undefined &&
      (asked.debitAccountId !== reversed.creditAccountId || asked.creditAccountId !== reversed.debitAccountId),
  ],
  [
    "exceeds_reversed_transfer_amount",
    ({ oracle, reversed, amount }) => {
      const others = transfersOf(oracle).filter(
        ({ reversesId }) => reversed !== undefined && reversesId === reversed.id,
      );
      return reversed !== undefined && others.reduce((sum, other) => sum + other.amount, amount) > reversed.amount;
    },
  ],
  [
    "imported_event_timestamp_must_not_regress",
    ({ asked, oracle }) =>
      transfersOf(oracle).some(
        ({ bookTimeNs }) => asked.importTimeNs !== undefined && asked.importTimeNs <= bookTimeNs,
      ),
  ],
  [
    "imported_event_timestamp_must_postdate_debit_account",
    ({ asked, debit }) => asked.importTimeNs !== undefined && asked.importTimeNs <= (debit?.createTimeNs ?? 0n),
  ],
  [
    "imported_event_timestamp_must_postdate_credit_account",
    ({ asked, credit }) => asked.importTimeNs !== undefined && asked.importTimeNs <= (credit?.createTimeNs ?? 0n),
  ],
  [
    "imported_event_timeout_must_be_zero",
    ({ asked }) => asked.importTimeNs !== undefined && asked.timeoutSeconds !== 0,
  ],
  [
    "debit_account_already_closed",
    ({ oracle, asked, filled }) => asked.phase !== VOID && isClosed(oracle, filled.debitAccountId),
  ],
  [
    "credit_account_already_closed",
    ({ oracle, asked, filled }) => asked.phase !== VOID && isClosed(oracle, filled.creditAccountId),
  ],
  [
    "overflows_debits_pending",
    (one) => one.asked.phase === PENDING && debitSums(one).debitsPending + one.amount > MOST,
  ],
  [
    "overflows_credits_pending",
    (one) => one.asked.phase === PENDING && creditSums(one).creditsPending + one.amount > MOST,
  ],
  ["overflows_debits_posted", (one) => movesAnew(one) && debitSums(one).debitsPosted + one.amount > MOST],
  ["overflows_credits_posted", (one) => movesAnew(one) && creditSums(one).creditsPosted + one.amount > MOST],
  [
    "overflows_debits",
    (one) => movesAnew(one) && debitSums(one).debitsPosted + debitSums(one).debitsPending + one.amount > MOST,
  ],
  [
    "overflows_credits",
    (one) => movesAnew(one) && creditSums(one).creditsPosted + creditSums(one).creditsPending + one.amount > MOST,
  ],
  [
    "overflows_timeout",
    ({ asked, timeNs }) => asked.timeoutSeconds > 0 && timeNs + BigInt(asked.timeoutSeconds) * 1_000_000_000n > MOST,
  ],
  [
    "exceeds_credits",
    (one) => {
      const { debitsPosted, debitsPending, creditsPosted } = debitSums(one);
      const limit = creditsPosted + (one.debit?.overdraftLimit ?? 0n);
      const isBounded = one.debit?.balanceConstraint === "debits_must_not_exceed_credits";
      return movesAnew(one) && isBounded && debitsPosted + debitsPending + one.amount > limit;
    },
  ],
  [
    "exceeds_debits",
    (one) => {
      const { debitsPosted, creditsPending, creditsPosted } = creditSums(one);
      const limit = debitsPosted + (one.credit?.overdraftLimit ?? 0n);
      const isBounded = one.credit?.balanceConstraint === "credits_must_not_exceed_debits";
      return movesAnew(one) && isBounded && creditsPosted + creditsPending + one.amount > limit;
    },
  ],
];

function isOutOfRange(importTimeNs: bigint | undefined): boolean {
  return importTimeNs !== undefined && (importTimeNs < 1n || importTimeNs > MOST);
}

/** Labels in an order of their own, to compare. */
function labels(metadata: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(metadata).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function differs<Item>(field: (item: Item) => unknown) {
  return ({ asked, existing }: { readonly asked: Item; readonly existing: Item | undefined }) =>
    existing !== undefined && field(asked) !== field(existing);
}

type Fields = Omit<NewTransfer, "importTimeNs">;

function differsFilled(field: (transfer: Fields) => unknown) {
  return ({ filled, existing }: TransferCase) => existing !== undefined && field(filled) !== field(existing);
}

/** The day that counts: where none is given, that of the booking. */
function dayOf({ valueDate }: Fields, { bookTimeNs }: OracleTransfer): number {
  return valueDate ?? Number(bookTimeNs / 86_400_000_000_000n);
}

function differsFromPending(field: (transfer: Fields) => unknown) {
  return ({ asked, filled, pending }: TransferCase) =>
    isResolution(asked) && pending !== undefined && field(filled) !== field(pending);
}

/**
 * Whether what is asked for now is what was booked. More may be asked for again where what was booked is all that could
 * be: by a balancing transfer, and by a post of the whole.
 */
function coversAmount({ filled, pending }: TransferCase, existing: OracleTransfer): boolean {
  if (filled.amount === undefined) return false;
  const isBalancing = (existing.flags & (BALANCING_DEBIT | BALANCING_CREDIT)) !== 0;
  const isWhole = existing.phase === POST && existing.amount === pending?.amount;
  return isBalancing || isWhole ? filled.amount >= existing.amount : filled.amount === existing.amount;
}

function stateOfPending({ oracle, asked, pending, timeNs }: TransferCase): string {
  if (!isResolution(asked) || pending === undefined) return "none";
  const state = stateOf(oracle, pending);
  const isOver = pending.timeoutSeconds > 0 && expiryOf(pending) <= timeNs;
  return state === "pending" && isOver ? "expired" : state;
}

function movesAnew({ asked }: TransferCase): boolean {
  return asked.phase !== POST && asked.phase !== VOID && asked.phase !== EXPIRY;
}

function debitSums({ oracle, filled }: TransferCase) {
  return balanceOf(oracle, filled.debitAccountId);
}

function creditSums({ oracle, filled }: TransferCase) {
  return balanceOf(oracle, filled.creditAccountId);
}
