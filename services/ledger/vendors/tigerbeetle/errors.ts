/** How the refusal of a whole call reads to the caller: one table, and what this vendor does not do. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { LedgerErrorReason } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

type Reason = Exclude<keyof typeof LedgerErrorReason, "UNSPECIFIED">;

/** Why a call is refused as a whole. */
export type VendorRefusal = "account_not_found" | "account_keeps_no_history" | "columns_uneven" | "value_date_invalid";

const REFUSALS = {
  account_not_found: [Code.NotFound, "ACCOUNT_NOT_FOUND", "no such account"],
  account_keeps_no_history: [
    Code.FailedPrecondition,
    "ACCOUNT_KEEPS_NO_HISTORY",
    "the account keeps no history, so its past balances are not known",
  ],
  value_date_invalid: [Code.InvalidArgument, "VALUE_DATE_INVALID", "the value date is no day of the calendar"],
  columns_uneven: [Code.InvalidArgument, "COLUMNS_UNEVEN", "the columns have different lengths"],
} as const satisfies Record<VendorRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function vendorRefused(refusal: VendorRefusal, metadata: Record<string, string> = {}): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "ledger.malla", message, metadata });
}

/** Makes the error of what TigerBeetle cannot serve; `what` is named in the README. */
export function vendorUnimplemented(what: string): ConnectError {
  return new ConnectError(`not served on TigerBeetle: ${what}`, Code.Unimplemented);
}
