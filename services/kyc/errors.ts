/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { KycErrorReason } from "#gen/malla/kyc/v1/kyc_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { Refusal } from "./domain/decide.ts";

type Reason = Exclude<keyof typeof KycErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  verification_not_found: [Code.NotFound, "VERIFICATION_NOT_FOUND", "no such verification"],
  verification_state_not_allowed: [
    Code.FailedPrecondition,
    "VERIFICATION_STATE_NOT_ALLOWED",
    "the verification's state does not allow it",
  ],
  upload_invalid: [Code.InvalidArgument, "UPLOAD_INVALID", "an upload is one header, then chunks"],
} as const satisfies Record<Refusal | "upload_invalid", readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function kycRefused(
  refusal: keyof typeof REFUSALS,
  metadata: Readonly<Record<string, string>> = {},
): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "kyc.malla", message, metadata });
}
