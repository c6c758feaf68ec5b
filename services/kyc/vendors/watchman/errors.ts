/** How a refusal reads to the caller: one table. None repeats anything of a party. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { KycErrorReason } from "#gen/malla/kyc/v1/kyc_errors_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { rpcError } from "#platform/errors/rpc-error.ts";
import { WatchmanError } from "./watchman-api.ts";

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
} as const satisfies Record<string, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function kycRefused(
  refusal: keyof typeof REFUSALS,
  metadata: Readonly<Record<string, string>> = {},
): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "kyc.malla", message, metadata });
}

/** What this vendor does not do. */
export function notOffered(feature: string): ConnectError {
  return meshError("FEATURE_NOT_OFFERED", { metadata: { feature } });
}

/** Nothing was begun where watchman gave no answer to use; what was wrong with it is logged, not told. */
export function withoutAnswer(error: unknown): unknown {
  return error instanceof WatchmanError ? meshError("DEPENDENCY_UNAVAILABLE", { cause: error }) : error;
}
