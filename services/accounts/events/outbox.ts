/** The facts that accounts tell. */
import {
  AccountBlockedSchema,
  AccountClosedSchema,
  AccountOpenedSchema,
  AccountUnblockedSchema,
  DepositCompletedSchema,
  TransferCompletedSchema,
  WithdrawalCompletedSchema,
} from "#gen/malla/accounts/v1/accounts_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Account } from "../domain/account.ts";
import type { Operation } from "../domain/operation.ts";
import { accountName, dateOfNs, fromAccount, fromOperation } from "../mapping.ts";

const ACCOUNT_TYPES = {
  opened: AccountOpenedSchema,
  blocked: AccountBlockedSchema,
  unblocked: AccountUnblockedSchema,
  closed: AccountClosedSchema,
} as const;

/** What happened to an account. */
export function accountFact(tenant: string, what: keyof typeof ACCOUNT_TYPES, account: Account): Fact {
  return fact({
    tenant,
    type: ACCOUNT_TYPES[what],
    subject: accountName(account.id),
    time: account.updateTime,
    data: { account: fromAccount(account) },
  });
}

/** That an operation was posted. */
export function operationFact(tenant: string, operation: Operation): Fact {
  if (operation.progress.state !== "posted") {
    throw new Error(`operation ${operation.id} is ${operation.progress.state}: there is nothing to tell`);
  }
  const about = {
    tenant,
    subject: `operations/${operation.id}`,
    time: dateOfNs(operation.progress.bookTimeNs),
  };
  const message = fromOperation(operation);
  const customer = `customers/${operation.customerId}`;
  switch (operation.kind) {
    case "deposit":
      return fact({ ...about, type: DepositCompletedSchema, data: { operation: message, customer } });
    case "withdrawal":
      return fact({ ...about, type: WithdrawalCompletedSchema, data: { operation: message, customer } });
    case "transfer":
      return fact({
        ...about,
        type: TransferCompletedSchema,
        data: {
          operation: message,
          debtorCustomer: customer,
          creditorCustomer: `customers/${operation.creditorCustomerId}`,
        },
      });
    default:
      return operation.kind satisfies never;
  }
}
