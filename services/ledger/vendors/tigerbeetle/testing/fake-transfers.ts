/** How the fake cluster judges a transfer, and what booking it does to balances. */
import type { TbTransferStatus } from "../statuses.ts";
import { MAX_U128, type TbAccount, type TbTransfer, TRANSFER_FLAG } from "../tigerbeetle.ts";
import { type FakeState, move } from "./fake-tigerbeetle.ts";

const NS_PER_SECOND = 1_000_000_000n;
const NOT_WITH_RESOLUTION =
  TRANSFER_FLAG.pending |
  TRANSFER_FLAG.balancingDebit |
  TRANSFER_FLAG.balancingCredit |
  TRANSFER_FLAG.closingDebit |
  TRANSFER_FLAG.closingCredit;

/** Books a transfer and answers it as booked, or why not. */
export function judgeFakeTransfer(
  state: FakeState,
  asked: TbTransfer,
  imports: boolean,
  nowNs: bigint,
): TbTransfer | TbTransferStatus {
  const has = (flag: number) => (asked.flags & flag) !== 0;
  if (has(TRANSFER_FLAG.imported) !== imports)
    return imports ? "imported_event_expected" : "imported_event_not_expected";
  if (!imports && asked.timestamp !== 0n) return "timestamp_must_be_zero";
  if (imports && (asked.timestamp === 0n || asked.timestamp >= 2n ** 63n))
    return "imported_event_timestamp_out_of_range";
  if (imports && asked.timestamp >= nowNs) return "imported_event_timestamp_must_not_advance";
  if (asked.id === 0n) return "id_must_not_be_zero";
  if (asked.id === MAX_U128) return "id_must_not_be_int_max";
  const existing = state.transfers.get(asked.id);
  if (existing !== undefined) return judgeExisting(state, existing, asked);
  if (state.failed.has(asked.id)) return "id_already_failed";
  const timestamp = imports ? asked.timestamp : nowNs;
  return has(TRANSFER_FLAG.post) || has(TRANSFER_FLAG.void)
    ? resolve(state, asked, timestamp)
    : moveMoney(state, asked, imports, timestamp);
}

function judgeExisting(state: FakeState, existing: TbTransfer, asked: TbTransfer): TbTransferStatus {
  const pending = state.transfers.get(existing.pending_id);
  const or = <T extends bigint | number>(value: T, other: T | undefined) =>
    pending !== undefined && Number(value) === 0 && other !== undefined ? other : value;
  if (existing.flags !== asked.flags) return "exists_with_different_flags";
  if (existing.pending_id !== asked.pending_id) return "exists_with_different_pending_id";
  if (existing.timeout !== asked.timeout) return "exists_with_different_timeout";
  if (existing.debit_account_id !== or(asked.debit_account_id, pending?.debit_account_id)) {
    return "exists_with_different_debit_account_id";
  }
  if (existing.credit_account_id !== or(asked.credit_account_id, pending?.credit_account_id)) {
    return "exists_with_different_credit_account_id";
  }
  const takesMore =
    (asked.flags & (TRANSFER_FLAG.balancingDebit | TRANSFER_FLAG.balancingCredit)) !== 0 ||
    ((asked.flags & TRANSFER_FLAG.post) !== 0 && existing.amount === pending?.amount);
  const amount = (asked.flags & TRANSFER_FLAG.void) !== 0 ? or(asked.amount, pending?.amount) : asked.amount;
  if (takesMore ? amount < existing.amount : amount !== existing.amount) return "exists_with_different_amount";
  if (existing.user_data_64 !== or(asked.user_data_64, pending?.user_data_64)) {
    return "exists_with_different_user_data_64";
  }
  if (existing.user_data_32 !== or(asked.user_data_32, pending?.user_data_32)) {
    return "exists_with_different_user_data_32";
  }
  if (existing.ledger !== or(asked.ledger, pending?.ledger)) return "exists_with_different_ledger";
  return existing.code === or(asked.code, pending?.code) ? "exists" : "exists_with_different_code";
}

function resolve(state: FakeState, asked: TbTransfer, timestamp: bigint): TbTransfer | TbTransferStatus {
  const isVoid = (asked.flags & TRANSFER_FLAG.void) !== 0;
  const isPost = (asked.flags & TRANSFER_FLAG.post) !== 0;
  if ((isVoid && isPost) || (asked.flags & NOT_WITH_RESOLUTION) !== 0) return "flags_are_mutually_exclusive";
  if (asked.pending_id === 0n) return "pending_id_must_not_be_zero";
  if (asked.pending_id === MAX_U128) return "pending_id_must_not_be_int_max";
  if (asked.pending_id === asked.id) return "pending_id_must_be_different";
  if (asked.timeout !== 0) return "timeout_reserved_for_pending_transfer";
  const pending = state.transfers.get(asked.pending_id);
  if (pending === undefined) return "pending_transfer_not_found";
  if ((pending.flags & TRANSFER_FLAG.pending) === 0) return "pending_transfer_not_pending";
  if (![0n, pending.debit_account_id].includes(asked.debit_account_id)) {
    return "pending_transfer_has_different_debit_account_id";
  }
  if (![0n, pending.credit_account_id].includes(asked.credit_account_id)) {
    return "pending_transfer_has_different_credit_account_id";
  }
  if (![0, pending.ledger].includes(asked.ledger)) return "pending_transfer_has_different_ledger";
  if (![0, pending.code].includes(asked.code)) return "pending_transfer_has_different_code";
  const leftOut = isVoid ? 0n : MAX_U128;
  const amount = asked.amount === leftOut ? pending.amount : asked.amount;
  if (amount > pending.amount) return "exceeds_pending_transfer_amount";
  if (isVoid && amount < pending.amount) return "pending_transfer_has_different_amount";
  const resolved = state.resolved.get(pending.id);
  if (resolved === "posted") return "pending_transfer_already_posted";
  if (resolved === "voided") return "pending_transfer_already_voided";
  const expires = pending.timestamp + BigInt(pending.timeout) * NS_PER_SECOND;
  if (resolved === "expired" || (pending.timeout > 0 && expires <= timestamp)) return "pending_transfer_expired";
  if (isPost && isClosed(state.accounts.get(pending.debit_account_id))) return "debit_account_already_closed";
  if (isPost && isClosed(state.accounts.get(pending.credit_account_id))) return "credit_account_already_closed";
  state.resolved.set(pending.id, isVoid ? "voided" : "posted");
  const posted = isVoid ? 0n : amount;
  move(state, pending.debit_account_id, { debits_pending: -pending.amount, debits_posted: posted });
  move(state, pending.credit_account_id, { credits_pending: -pending.amount, credits_posted: posted });
  if (isVoid) {
    close(state, pending, false);
  }
  return {
    ...asked,
    debit_account_id: pending.debit_account_id,
    credit_account_id: pending.credit_account_id,
    amount,
    user_data_128: asked.user_data_128 || pending.user_data_128,
    user_data_64: asked.user_data_64 || pending.user_data_64,
    user_data_32: asked.user_data_32 || pending.user_data_32,
    ledger: pending.ledger,
    code: pending.code,
    timestamp,
  };
}

function moveMoney(
  state: FakeState,
  asked: TbTransfer,
  imports: boolean,
  timestamp: bigint,
): TbTransfer | TbTransferStatus {
  const isPending = (asked.flags & TRANSFER_FLAG.pending) !== 0;
  if (asked.debit_account_id === 0n) return "debit_account_id_must_not_be_zero";
  if (asked.debit_account_id === MAX_U128) return "debit_account_id_must_not_be_int_max";
  if (asked.credit_account_id === 0n) return "credit_account_id_must_not_be_zero";
  if (asked.credit_account_id === MAX_U128) return "credit_account_id_must_not_be_int_max";
  if (asked.debit_account_id === asked.credit_account_id) return "accounts_must_be_different";
  if (asked.pending_id !== 0n) return "pending_id_must_be_zero";
  if (!isPending && asked.timeout !== 0) return "timeout_reserved_for_pending_transfer";
  const isClosing = (asked.flags & (TRANSFER_FLAG.closingDebit | TRANSFER_FLAG.closingCredit)) !== 0;
  if (!isPending && isClosing) return "closing_transfer_must_be_pending";
  if (asked.ledger === 0) return "ledger_must_not_be_zero";
  if (asked.code === 0) return "code_must_not_be_zero";
  const debit = state.accounts.get(asked.debit_account_id);
  if (debit === undefined) return "debit_account_not_found";
  const credit = state.accounts.get(asked.credit_account_id);
  if (credit === undefined) return "credit_account_not_found";
  if (debit.ledger !== credit.ledger) return "accounts_must_have_the_same_ledger";
  if (debit.ledger !== asked.ledger) return "transfer_must_have_the_same_ledger_as_accounts";
  if (imports) {
    const times = [...state.transfers.values()].map((one) => one.timestamp);
    if (times.some((time) => time >= timestamp)) return "imported_event_timestamp_must_not_regress";
    if (timestamp <= debit.timestamp) return "imported_event_timestamp_must_postdate_debit_account";
    if (timestamp <= credit.timestamp) return "imported_event_timestamp_must_postdate_credit_account";
    if (asked.timeout !== 0) return "imported_event_timeout_must_be_zero";
  }
  if (isClosed(debit)) return "debit_account_already_closed";
  if (isClosed(credit)) return "credit_account_already_closed";
  const toDebit = debit.credits_posted - debit.debits_posted - debit.debits_pending;
  const toCredit = credit.debits_posted - credit.credits_posted - credit.credits_pending;
  const balanced = [
    asked.amount,
    ...((asked.flags & TRANSFER_FLAG.balancingDebit) !== 0 ? [toDebit] : []),
    ...((asked.flags & TRANSFER_FLAG.balancingCredit) !== 0 ? [toCredit] : []),
  ].reduce((least, one) => (one < least ? one : least));
  const amount = balanced > 0n ? balanced : 0n;
  if ((debit.flags & 2) !== 0 && amount > toDebit) return "exceeds_credits";
  if ((credit.flags & 4) !== 0 && amount > toCredit) return "exceeds_debits";
  move(state, debit.id, isPending ? { debits_pending: amount } : { debits_posted: amount });
  move(state, credit.id, isPending ? { credits_pending: amount } : { credits_posted: amount });
  close(state, asked, true);
  return { ...asked, amount, timestamp };
}

function isClosed(account: TbAccount | undefined): boolean {
  return account !== undefined && (account.flags & 32) !== 0;
}

/** Closes the accounts that a transfer closes, or opens them again. */
export function close(state: FakeState, transfer: TbTransfer, closed: boolean): void {
  for (const [flag, accountId] of [
    [TRANSFER_FLAG.closingDebit, transfer.debit_account_id],
    [TRANSFER_FLAG.closingCredit, transfer.credit_account_id],
  ] as const) {
    const account = state.accounts.get(accountId);
    if ((transfer.flags & flag) !== 0 && account !== undefined) {
      state.accounts.set(accountId, { ...account, flags: closed ? account.flags | 32 : account.flags & ~32 });
    }
  }
}
