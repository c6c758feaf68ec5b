/** What became of a call to a vendor: answered, refused, or nobody knows. */
import { Code, ConnectError } from "@connectrpc/connect";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { failedAttemptOf } from "#platform/mesh/vendor-mesh.ts";
import type { Call } from "#platform/rpc/call.ts";

/** An outcome. */
export type Outcome<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  /** The vendor, or the mesh before it, said no: nothing was done. */
  | { readonly kind: "refused"; readonly error: unknown }
  /** The vendor may have done it. `vendor`: who, where that is known from the failure. */
  | { readonly kind: "unknown"; readonly error: unknown; readonly vendor: string | undefined };

/** Codes with which a vendor, or the mesh, says no. */
const REFUSALS = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.FailedPrecondition,
  Code.Unimplemented,
]);

/** Time kept back from the caller's deadline to write down that a vendor did not answer, in milliseconds. */
const RESERVE_MS = 300;

/** The call with the time that a vendor may take of it. */
export function vendorCall(call: Call, timeoutMs: number): Call {
  const left = Math.max(1, Math.min(timeoutMs, call.deadlineMs - Date.now() - RESERVE_MS));
  return {
    ...call,
    deadlineMs: Date.now() + left,
    // Not the caller's: who leaves must not keep us from writing down what the vendor says.
    signal: AbortSignal.timeout(left),
  };
}

/** Waits for a vendor. `check` throws where the answer cannot be true; it is then as good as none. */
export async function askVendor<Answer>(
  work: () => Promise<Answer>,
  check: (answer: Answer) => void,
): Promise<Outcome<Answer>> {
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    return isRefusal(error)
      ? { kind: "refused", error }
      : { kind: "unknown", error, vendor: failedAttemptOf(error)?.vendor };
  }
  try {
    check(answer);
    return { kind: "answered", answer };
  } catch (cause) {
    return { kind: "unknown", error: meshError("VENDOR_ANSWER_INVALID", { cause }), vendor: undefined };
  }
}

/**
 * Whether an error is a vendor's last word. That a call never began does not count: an earlier try of it may have.
 * ABORTED (REQUEST_IN_PROGRESS) does not either: the request is being worked on.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof ConnectError && REFUSALS.has(error.code) && errorInfoOf(error) !== undefined;
}
