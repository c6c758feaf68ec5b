/** What became of a call to a vendor: answered, refused, or nobody knows. */
import { Code, ConnectError } from "@connectrpc/connect";
import { failedAttemptOf } from "#platform/mesh/vendor-mesh.ts";
import type { Call } from "#platform/rpc/call.ts";

/** An outcome. */
export type Outcome<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  /** The vendor, or the mesh before it, said no, or was never reached: nothing was done. */
  | { readonly kind: "refused"; readonly error: unknown }
  /** The vendor may have done it. */
  | { readonly kind: "unknown"; readonly error: unknown; readonly vendor: string | undefined };

/** Time kept back from the caller's deadline to write down that a vendor did not answer, in milliseconds. */
const RESERVE_MS = 500;

/** The call with the time that a vendor may take of it. */
export function vendorCall(call: Call, timeoutMs: number): Call {
  const left = Math.max(1, Math.min(timeoutMs, call.deadlineMs - Date.now() - RESERVE_MS));
  // Not the caller's signal: who leaves must not keep us from writing down what the vendor says.
  return { ...call, deadlineMs: Date.now() + left, signal: AbortSignal.timeout(left) };
}

/** Waits for a vendor's checked answer. */
export async function askVendor<Answer>(work: () => Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { kind: "answered", answer: await work() };
  } catch (error) {
    const attempt = failedAttemptOf(error);
    // ABORTED (REQUEST_IN_PROGRESS) is no last word: the request is being worked on.
    const isInProgress = error instanceof ConnectError && error.code === Code.Aborted;
    const isOver = attempt?.outcome === "refused" || attempt?.outcome === "not_begun";
    const wasNeverAsked = attempt === undefined && error instanceof ConnectError && NEVER_ASKED.has(error.code);
    return (isOver && !isInProgress) || wasNeverAsked
      ? { kind: "refused", error }
      : { kind: "unknown", error, vendor: attempt?.vendor };
  }
}

/** Codes of the mesh before it asks a vendor. */
const NEVER_ASKED = new Set([Code.FailedPrecondition, Code.Unimplemented, Code.InvalidArgument]);
