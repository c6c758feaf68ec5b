/** How the refusal of a whole call reads to the caller: one table. What becomes of single items is in their results. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { LedgerErrorReason } from "#gen/malla/ledger/v1/ledger_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

type Reason = Exclude<keyof typeof LedgerErrorReason, "UNSPECIFIED">;

/** Why a call is refused as a whole. */
export type LedgerRefusal = "account_not_found";

const REFUSALS = {
  account_not_found: [Code.NotFound, "ACCOUNT_NOT_FOUND", "no such account"],
} as const satisfies Record<LedgerRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function ledgerRefused(refusal: LedgerRefusal, metadata: Record<string, string> = {}): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "ledger.malla", message, metadata });
}
