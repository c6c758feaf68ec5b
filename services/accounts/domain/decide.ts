/** Decides an operation on an account. No clock, no I/O. */
import type { Account } from "./account.ts";
import type { Order, Refusal } from "./operation.ts";
import { feeFor, limitPassed, type Terms } from "./terms.ts";

/** Largest amount of the contract: 64 bits, signed. */
export const MAX_MINOR = 2n ** 63n - 1n;

/**
 * Most that one operation may move, in minor units: ten trillion of a currency with cents. The tenant's cash account
 * takes part in all of them and holds 64 bits, so no single operation may come near its bound.
 */
export const MAX_OPERATION_MINOR = 10n ** 15n;

/** What is wrong with a request whatever the moment; the same request will always be wrong, so no key is kept. */
export type OrderFault = "amount_must_be_positive" | "accounts_must_be_different" | "currencies_must_match";

/** What comes of an order. */
export type Decision =
  | { readonly kind: "accepted"; readonly fee: bigint }
  | { readonly kind: "faulty"; readonly fault: OrderFault; readonly metadata: Readonly<Record<string, string>> }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** What an order is judged by. */
export interface Circumstances {
  readonly account: Account;
  /** Only in a transfer. */
  readonly creditor: Account | undefined;
  /** Terms of the account's product for this kind of operation. */
  readonly terms: Terms;
  /** What operations of this kind took from the account's day before, in minor units. */
  readonly usedMinor: bigint;
}

/**
 * Judges an order. The caller hears the first that applies: amount_must_be_positive, accounts_must_be_different,
 * currencies_must_match, account_not_open, creditor_account_not_open, limit_exceeded.
 */
export function decideOrder(order: Order, { account, creditor, terms, usedMinor }: Circumstances): Decision {
  const { minor, currencyCode } = order.amount;
  if (minor <= 0n) {
    return faulty("amount_must_be_positive");
  }
  if (creditor?.id === account.id) {
    return faulty("accounts_must_be_different");
  }
  const foreign = [account, creditor].find((held) => held !== undefined && held.currencyCode !== currencyCode);
  if (foreign !== undefined) {
    return faulty("currencies_must_match", { currency_code: foreign.currencyCode });
  }
  if (account.state !== "open") {
    return refused("account_not_open", { state: account.state.toUpperCase() });
  }
  if (creditor !== undefined && creditor.state !== "open") {
    return refused("creditor_account_not_open", { state: creditor.state.toUpperCase() });
  }
  if (minor > MAX_OPERATION_MINOR) {
    return refused("limit_exceeded", { limit: "max_operation_amount" });
  }
  const fee = feeFor(terms.fee, minor);
  const passed = limitPassed(terms.limit, minor, usedMinor);
  return passed === undefined ? { kind: "accepted", fee } : refused("limit_exceeded", { limit: LIMIT_NAMES[passed] });
}

/** Limits by their names in the contract. */
const LIMIT_NAMES = { maxAmount: "max_amount", maxDailyAmount: "max_daily_amount" } as const;

function faulty(fault: OrderFault, metadata: Record<string, string> = {}): Decision {
  return { kind: "faulty", fault, metadata };
}

function refused(reason: Refusal["reason"], metadata: Record<string, string> = {}): Decision {
  return { kind: "refused", refusal: { reason, metadata } };
}
