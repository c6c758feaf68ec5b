/** How the refusal of a whole call reads to the caller: one table. What becomes of single items is in their results. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { LedgerErrorReason } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

type Reason = Exclude<keyof typeof LedgerErrorReason, "UNSPECIFIED">;

/** Why a call is refused as a whole. */
export type LedgerRefusal = Lowercase<Reason>;

interface Refusal {
  readonly code: Code;
  readonly reason: Reason;
  readonly message: string;
  /** After how long the caller should come back, in milliseconds, where waiting helps. */
  readonly retryAfterMs?: number;
}

const REFUSALS: Readonly<Record<LedgerRefusal, Refusal>> = {
  account_not_found: { code: Code.NotFound, reason: "ACCOUNT_NOT_FOUND", message: "no such account" },
  account_keeps_no_history: {
    code: Code.FailedPrecondition,
    reason: "ACCOUNT_KEEPS_NO_HISTORY",
    message: "the account was made without keeps_history, so its past balances are not known",
  },
  not_the_writer: {
    code: Code.Unavailable,
    reason: "NOT_THE_WRITER",
    message: "this process does not write the ledger now; try again",
    retryAfterMs: 200,
  },
  history_behind: {
    code: Code.Unavailable,
    reason: "HISTORY_BEHIND",
    message: "what was written is not yet readable this way; try again",
    retryAfterMs: 1_000,
  },
  columns_uneven: {
    code: Code.InvalidArgument,
    reason: "COLUMNS_UNEVEN",
    message: "the columns must have as many elements as there are ids",
  },
  value_date_invalid: {
    code: Code.InvalidArgument,
    reason: "VALUE_DATE_INVALID",
    message: "the value date is no day of the calendar",
  },
  storage_full: {
    code: Code.ResourceExhausted,
    reason: "STORAGE_FULL",
    message: "the ledger's storage cannot take more; send again later",
    retryAfterMs: 5_000,
  },
};

/** Makes the error of a refusal. */
export function ledgerRefused(refusal: LedgerRefusal, metadata: Record<string, string> = {}): ConnectError {
  return rpcError({ ...REFUSALS[refusal], domain: "ledger.malla", metadata });
}
