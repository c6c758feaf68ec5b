/** An account and the moves of its state. */

/** An account as customers hold it. Its money is in the ledger. */
export interface Account {
  readonly id: string;
  readonly customerId: string;
  readonly productId: string;
  /** ISO 4217. */
  readonly currencyCode: string;
  /** Minor units, 0 or more. */
  readonly overdraftLimit: bigint;
  readonly ledgerAccountId: string;
  readonly state: AccountState;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** open <-> blocked, open -> closed. */
export type AccountState = "open" | "blocked" | "closed";

/** Why a change of an account's state is refused. */
export type StateRefusal = "account_closed" | "account_not_open" | "operations_under_way" | "balance_must_be_zero";

/** The account blocked; the same object where it is already. */
export function blocked(account: Account, at: Date): Account | "account_closed" {
  return account.state === "closed" ? "account_closed" : inState(account, "blocked", at);
}

/** The account open again; the same object where it is already. */
export function unblocked(account: Account, at: Date): Account | "account_closed" {
  return account.state === "closed" ? "account_closed" : inState(account, "open", at);
}

/** What is known of an account that is to be closed. */
export interface ClosingFacts {
  /** Whether an operation on it has been decided and not ended. */
  readonly operationsUnderWay: boolean;
  /** Credits less debits, in minor units. */
  readonly balance: bigint;
}

/** The account closed, or why not, in the order checked. */
export function closed(
  account: Account,
  { operationsUnderWay, balance }: ClosingFacts,
  at: Date,
): Account | StateRefusal {
  if (account.state !== "open") {
    return "account_not_open";
  }
  if (operationsUnderWay) {
    return "operations_under_way";
  }
  return balance === 0n ? inState(account, "closed", at) : "balance_must_be_zero";
}

function inState(account: Account, state: AccountState, at: Date): Account {
  return account.state === state ? account : { ...account, state, updateTime: at };
}
