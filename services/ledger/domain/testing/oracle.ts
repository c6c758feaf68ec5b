/**
 * The ledger's rules once more, written the slowest and plainest way: no balances, only the list of what was posted, summed
 * anew for each question, and copied whole before each chain. What the model test holds the real one against.
 */
import type { NewAccount } from "../account.ts";
import type { NewTransfer } from "../transfer.ts";

/** All that ever happened. */
export interface Oracle {
  readonly accounts: readonly NewAccount[];
  readonly posted: readonly NewTransfer[];
  readonly spent: Readonly<Record<string, string>>;
}

const LIMIT = 9_223_372_036_854_775_807n;
const SPENDING = /not_found$|^exceeds/;

/** Statuses of a request, and what there is after it. */
export function ask(before: Oracle, request: readonly NewTransfer[]): { statuses: string[]; after: Oracle } {
  const end = request.findIndex((transfer) => !transfer.linked);
  const chain = end === -1 ? request : request.slice(0, end + 1);
  if (chain.length === 0) {
    return { statuses: [], after: before };
  }
  const first = askChain(before, chain);
  const rest = ask(first.after, request.slice(chain.length));
  return { statuses: [...first.statuses, ...rest.statuses], after: rest.after };
}

function askChain(before: Oracle, chain: readonly NewTransfer[]): { statuses: string[]; after: Oracle } {
  const isOpen = chain.at(-1)?.linked === true;
  if (!isOpen && chain.every((transfer) => statusOf(before, transfer) === "exists")) {
    return { statuses: chain.map(() => "exists"), after: before };
  }
  let draft = before;
  for (const [index, transfer] of chain.entries()) {
    const isLast = index === chain.length - 1;
    const status = isLast && isOpen ? "linked_event_chain_open" : statusOf(draft, transfer);
    if (status !== "created") {
      const statuses = chain.map(() => "linked_event_failed");
      statuses[chain.length - 1] = isOpen ? "linked_event_chain_open" : "linked_event_failed";
      statuses[index] = status;
      const spent = SPENDING.test(status) ? { ...before.spent, [transfer.id]: status } : before.spent;
      return { statuses, after: { ...before, spent } };
    }
    draft = { ...draft, posted: [...draft.posted, transfer] };
  }
  return { statuses: chain.map(() => "created"), after: draft };
}

function statusOf({ accounts, posted, spent }: Oracle, asked: NewTransfer): string {
  const twin = posted.find(({ id }) => id === asked.id);
  if (twin !== undefined) {
    const fields = [
      ["linked", "linked"],
      ["debitAccountId", "debit_account_id"],
      ["creditAccountId", "credit_account_id"],
      ["amount", "amount"],
      ["currencyCode", "currency"],
      ["code", "code"],
    ] as const;
    const different = fields.find(([field]) => twin[field] !== asked[field]);
    return different === undefined ? "exists" : `exists_with_different_${different[1]}`;
  }
  if (asked.id in spent) return "id_already_failed";
  if (!(asked.amount > 0n)) return "amount_must_be_positive";
  if (asked.debitAccountId === asked.creditAccountId) return "accounts_must_be_different";
  const debit = accounts.find(({ id }) => id === asked.debitAccountId);
  const credit = accounts.find(({ id }) => id === asked.creditAccountId);
  if (debit === undefined) return "debit_account_not_found";
  if (credit === undefined) return "credit_account_not_found";
  if (debit.ledger !== credit.ledger) return "accounts_must_have_the_same_ledger";
  const currencies = new Set([debit.currencyCode, credit.currencyCode, asked.currencyCode]);
  if (currencies.size > 1) return "currencies_must_match";
  const after = [...posted, asked];
  if (debits(after, debit) > LIMIT) return "overflows_debits_posted";
  if (credits(after, credit) > LIMIT) return "overflows_credits_posted";
  if (debit.balanceConstraint === "debits_must_not_exceed_credits") {
    if (debits(after, debit) - credits(posted, debit) > debit.overdraftLimit) return "exceeds_credits";
  }
  if (credit.balanceConstraint === "credits_must_not_exceed_debits") {
    if (credits(after, credit) - debits(posted, credit) > credit.overdraftLimit) return "exceeds_debits";
  }
  return "created";
}

/** Sum of what an account was debited. */
export function debits(posted: readonly NewTransfer[], { id }: NewAccount): bigint {
  return posted.reduce((sum, transfer) => (transfer.debitAccountId === id ? sum + transfer.amount : sum), 0n);
}

/** Sum of what an account was credited. */
export function credits(posted: readonly NewTransfer[], { id }: NewAccount): bigint {
  return posted.reduce((sum, transfer) => (transfer.creditAccountId === id ? sum + transfer.amount : sum), 0n);
}
