/** How a refusal reads to the caller: one table. None repeats anything of a party. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { KycErrorReason } from "#gen/malla/kyc/v1/kyc_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";

type Reason = Exclude<keyof typeof KycErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  verification_not_found: [Code.NotFound, "VERIFICATION_NOT_FOUND", "no such verification"],
  name_invalid: [
    Code.InvalidArgument,
    "NAME_INVALID",
    "a name holds control characters or overrides of direction, or no letter",
  ],
  birth_date_invalid: [
    Code.InvalidArgument,
    "BIRTH_DATE_INVALID",
    "the birth date is no day of the calendar, in the future, or too long ago",
  ],
  state_not_allowed: [
    Code.FailedPrecondition,
    "VERIFICATION_STATE_NOT_ALLOWED",
    "the verification's state does not allow it",
  ],
  document_invalid: [Code.InvalidArgument, "DOCUMENT_INVALID", "the bytes are no whole image of the media type"],
  document_too_large: [
    Code.InvalidArgument,
    "DOCUMENT_TOO_LARGE",
    "the document has more bytes or pixels than are taken",
  ],
  upload_invalid: [Code.InvalidArgument, "UPLOAD_INVALID", "an upload is one header, then chunks"],
} as const satisfies Record<string, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function kycRefused(
  refusal: keyof typeof REFUSALS,
  metadata: Readonly<Record<string, string>> = {},
): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "kyc.malla", message, metadata });
}
