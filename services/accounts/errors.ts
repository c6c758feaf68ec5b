/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { AccountsErrorReason } from "#gen/malla/accounts/v1/accounts_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { StateRefusal } from "./domain/account.ts";
import type { OrderFault } from "./domain/decide.ts";
import type { OpeningRefusal } from "./domain/opening.ts";
import type { OperationRefusal } from "./domain/operation.ts";

/** Why a call on accounts is refused. */
export type AccountsRefusal = NotFound | OpeningRefusal | OrderFault | OperationRefusal | StateRefusal;

/** What a request names and the tenant does not have. */
type NotFound = "account_not_found" | "creditor_account_not_found" | "customer_not_found" | "product_not_found";

type Reason = Exclude<keyof typeof AccountsErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  account_not_found: [Code.NotFound, "ACCOUNT_NOT_FOUND", "no such account"],
  creditor_account_not_found: [Code.NotFound, "CREDITOR_ACCOUNT_NOT_FOUND", "no such creditor's account"],
  customer_not_found: [Code.NotFound, "CUSTOMER_NOT_FOUND", "no such customer"],
  product_not_found: [Code.NotFound, "PRODUCT_NOT_FOUND", "no such product"],
  customer_not_active: [Code.FailedPrecondition, "CUSTOMER_NOT_ACTIVE", "the customer is closed"],
  product_not_active: [Code.FailedPrecondition, "PRODUCT_NOT_ACTIVE", "the product is retired"],
  customer_lacks_tax_identifier: [
    Code.FailedPrecondition,
    "CUSTOMER_LACKS_TAX_IDENTIFIER",
    "the customer has no tax identifier of the product's country",
  ],
  account_not_open: [Code.FailedPrecondition, "ACCOUNT_NOT_OPEN", "the account is blocked or closed"],
  creditor_account_not_open: [
    Code.FailedPrecondition,
    "CREDITOR_ACCOUNT_NOT_OPEN",
    "the creditor's account is blocked or closed",
  ],
  account_closed: [Code.FailedPrecondition, "ACCOUNT_CLOSED", "the account is closed"],
  amount_must_be_positive: [Code.InvalidArgument, "AMOUNT_MUST_BE_POSITIVE", "the amount must be above zero"],
  currencies_must_match: [
    Code.InvalidArgument,
    "CURRENCIES_MUST_MATCH",
    "the amount must be in the currency of every account it moves on",
  ],
  accounts_must_be_different: [
    Code.InvalidArgument,
    "ACCOUNTS_MUST_BE_DIFFERENT",
    "debtor's and creditor's account are the same",
  ],
  limit_exceeded: [Code.FailedPrecondition, "LIMIT_EXCEEDED", "the amount passes a limit of the product"],
  insufficient_funds: [
    Code.FailedPrecondition,
    "INSUFFICIENT_FUNDS",
    "the available balance does not cover amount and fee; a new attempt needs a new request_id",
  ],
  balance_must_be_zero: [Code.FailedPrecondition, "BALANCE_MUST_BE_ZERO", "the account still holds or owes money"],
  operations_under_way: [
    Code.FailedPrecondition,
    "OPERATIONS_UNDER_WAY",
    "an operation on the account has not ended yet; try again in a moment",
  ],
  balance_overflow: [Code.OutOfRange, "BALANCE_OVERFLOW", "a balance would pass 2^63-1 minor units"],
} as const satisfies Record<AccountsRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function accountsRefused(
  refusal: AccountsRefusal,
  metadata: Readonly<Record<string, string>> = {},
): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "accounts.malla", message, metadata });
}
