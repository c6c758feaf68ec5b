/** Who is told what about an operation on accounts. */

/** What a notification tells. */
export type NotificationKind = "deposit" | "withdrawal" | "transfer_sent" | "transfer_received";

/** A message to a customer. */
export interface Notification {
  readonly id: string;
  /** customers/{customer} */
  readonly customer: string;
  /** accounts/{account} */
  readonly account: string;
  readonly kind: NotificationKind;
  readonly currencyCode: string;
  readonly amountMinor: bigint;
  /** operations/{operation} */
  readonly operation: string;
  readonly eventId: string;
  readonly createTime: Date;
}

/** An operation that happened, as far as people are told of it. */
export interface OperationHappened {
  readonly operation: string;
  readonly currencyCode: string;
  readonly amountMinor: bigint;
}

/** A side of an operation: an account and who holds it. */
export interface Side {
  readonly account: string;
  readonly customer: string;
}

/** A notification to be, before it has an id and a time. */
export type Telling = Pick<
  Notification,
  "customer" | "account" | "kind" | "currencyCode" | "amountMinor" | "operation"
>;

/** The holder of the account is told of funds that came in or went out. */
export function tellHolder(kind: "deposit" | "withdrawal", happened: OperationHappened, holder: Side): Telling[] {
  return [{ ...happened, ...holder, kind }];
}

/** Both sides of a transfer are told, even when they are one customer: it is about two accounts. */
export function tellBothSides(happened: OperationHappened, debtor: Side, creditor: Side): Telling[] {
  return [
    { ...happened, ...debtor, kind: "transfer_sent" },
    { ...happened, ...creditor, kind: "transfer_received" },
  ];
}
