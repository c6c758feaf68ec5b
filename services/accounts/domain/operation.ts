/** Operations on accounts: what was asked, what was planned, how it ended. */
import type { Leg } from "./legs.ts";
import type { OperationKind } from "./terms.ts";

/** An amount of one currency. */
export interface Amount {
  /** ISO 4217. */
  readonly currencyCode: string;
  readonly minor: bigint;
}

/** An operation as a caller asks for it. */
export interface Order {
  /** The request_id, in lower case. */
  readonly id: string;
  readonly kind: OperationKind;
  /** Account acted on: the debtor's in a transfer. */
  readonly accountId: string;
  /** Only in a transfer. */
  readonly creditorAccountId: string | undefined;
  readonly amount: Amount;
  readonly description: string;
}

/** An operation that was decided: its plan is frozen, so whoever ends it does the same. */
export interface Operation extends Order {
  /** Minor units of the amount's currency; charged to the account. */
  readonly fee: bigint;
  /** Movements of the ledger, all or none; empty where it was refused at once. */
  readonly legs: readonly Leg[];
  readonly customerId: string;
  readonly creditorCustomerId: string | undefined;
  readonly createTime: Date;
  readonly progress: Progress;
}

/** pending -> posted | refused; ended, it stays so. */
export type Progress = { readonly state: "pending" } | Outcome;

/** How an operation ends. */
export type Outcome =
  | {
      readonly state: "posted";
      /** When the ledger booked it, in nanoseconds since the epoch: as exact as the ledger says. */
      readonly bookTimeNs: bigint;
    }
  | { readonly state: "refused"; readonly refusal: Refusal };

/** A refusal that the operation's request_id keeps, and what the caller is told with it. */
export interface Refusal {
  readonly reason: OperationRefusal;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Why an operation is refused by the state of the moment; told again whenever the request_id comes back. */
export type OperationRefusal =
  | "account_not_open"
  | "creditor_account_not_open"
  | "balance_overflow"
  | "limit_exceeded"
  | "insufficient_funds";
