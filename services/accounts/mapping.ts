/** Accounts and operations of the contract to those of the domain, and back. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  Account_State,
  type AccountSchema,
  type BalanceSchema,
  Operation_Kind,
  type OperationSchema,
} from "#gen/malla/accounts/v1/account_pb.js";
import type { Money } from "#gen/malla/type/v1/money_pb.js";
import type { Account } from "./domain/account.ts";
import { MAX_MINOR } from "./domain/decide.ts";
import type { Amount, Operation } from "./domain/operation.ts";

const STATES = { open: Account_State.OPEN, blocked: Account_State.BLOCKED, closed: Account_State.CLOSED } as const;

const KINDS = {
  deposit: Operation_Kind.DEPOSIT,
  withdrawal: Operation_Kind.WITHDRAWAL,
  transfer: Operation_Kind.TRANSFER,
} as const;

/** Id of "accounts/{account}", "accounts/{account}/balance", "customers/{customer}" or "products/{product}". */
export function idOf(name: string): string {
  return name.split("/")[1] ?? "";
}

/** Name of an account; empty where there is none. */
export function accountName(id: string | undefined): string {
  return id === undefined ? "" : `accounts/${id}`;
}

/** An amount. The contract's rules made sure that it is there. */
export function toAmount(money: Money | undefined): Amount {
  if (money === undefined) {
    throw new Error("an amount that is missing passed validation");
  }
  return { currencyCode: money.currencyCode, minor: money.minorUnits };
}

/** An account as callers see it. */
export function fromAccount(account: Account): MessageInitShape<typeof AccountSchema> {
  return {
    name: accountName(account.id),
    customer: `customers/${account.customerId}`,
    product: `products/${account.productId}`,
    currencyCode: account.currencyCode,
    overdraftLimit: account.overdraftLimit,
    ledgerAccountId: account.ledgerAccountId,
    state: STATES[account.state],
    createTime: timestampFromDate(account.createTime),
    updateTime: timestampFromDate(account.updateTime),
  };
}

/** What an account holds, as callers see it. `bookedMinor`: credits less debits. */
export function fromBalance(
  { id, currencyCode, overdraftLimit }: Account,
  bookedMinor: bigint,
  readTime: Date,
): MessageInitShape<typeof BalanceSchema> {
  const available = bookedMinor + overdraftLimit;
  return {
    name: `${accountName(id)}/balance`,
    booked: { currencyCode, minorUnits: bookedMinor },
    // No more than one operation can take out at once.
    available: { currencyCode, minorUnits: available > MAX_MINOR ? MAX_MINOR : available },
    readTime: timestampFromDate(readTime),
  };
}

/** A posted operation as callers see it. */
export function fromOperation(operation: Operation): MessageInitShape<typeof OperationSchema> {
  if (operation.progress.state !== "posted") {
    throw new Error(`operation ${operation.id} is ${operation.progress.state}, which callers do not see`);
  }
  const { currencyCode, minor } = operation.amount;
  return {
    name: `operations/${operation.id}`,
    kind: KINDS[operation.kind],
    account: accountName(operation.accountId),
    creditorAccount: accountName(operation.creditorAccountId),
    amount: { currencyCode, minorUnits: minor },
    fee: { currencyCode, minorUnits: operation.fee },
    transferIds: operation.legs.map((leg) => leg.transferId),
    description: operation.description,
    bookTime: fromTimeNs(operation.progress.bookTimeNs),
  };
}

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** A time of the contract in nanoseconds since the epoch. */
export function toTimeNs({ seconds, nanos }: Pick<Timestamp, "seconds" | "nanos">): bigint {
  return seconds * NS_PER_SECOND + BigInt(nanos);
}

/** Nanoseconds since the epoch as a time of the contract. Book times lie after the epoch. */
export function fromTimeNs(timeNs: bigint): { seconds: bigint; nanos: number } {
  return { seconds: timeNs / NS_PER_SECOND, nanos: Number(timeNs % NS_PER_SECOND) };
}

/** Nanoseconds since the epoch as a Date, cut to milliseconds. */
export function dateOfNs(timeNs: bigint): Date {
  return new Date(Number(timeNs / NS_PER_MS));
}
