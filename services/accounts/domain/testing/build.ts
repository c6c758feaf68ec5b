/** Accounts and orders for tests: ordinary ones, but for what a test says. */
import type { Account } from "../account.ts";
import type { Circumstances } from "../decide.ts";
import type { Order } from "../operation.ts";
import { NO_FEE, NO_LIMIT } from "../terms.ts";

const AT = new Date("2026-01-01T00:00:00Z");

export function anAccount(over: Partial<Account> = {}): Account {
  return {
    id: "0192d4c1-0000-7000-8000-0000000000a1",
    customerId: "ana",
    productId: "conta",
    currencyCode: "BRL",
    overdraftLimit: 0n,
    ledgerAccountId: "0192d4c1-0000-7000-8000-0000000000a1",
    state: "open",
    createTime: AT,
    updateTime: AT,
    ...over,
  };
}

export function aCreditor(over: Partial<Account> = {}): Account {
  const id = "0192d4c1-0000-7000-8000-0000000000b2";
  return anAccount({ id, ledgerAccountId: id, customerId: "bia", ...over });
}

export function anOrder(over: Partial<Order> = {}): Order {
  return {
    id: "0192d4c1-7e5f-7abc-8def-0123456789ab",
    kind: "deposit",
    accountId: anAccount().id,
    creditorAccountId: undefined,
    amount: { currencyCode: "BRL", minor: 10_000n },
    description: "",
    ...over,
  };
}

export function circumstances(over: Partial<Circumstances> = {}): Circumstances {
  return {
    account: anAccount(),
    creditor: undefined,
    terms: { fee: NO_FEE, limit: NO_LIMIT },
    usedMinor: 0n,
    ...over,
  };
}
