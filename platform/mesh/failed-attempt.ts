/** What is known about a vendor after a call to it failed, and what the caller hears of it. */
import { Code, ConnectError } from "@connectrpc/connect";
import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from "cockatiel";
import { meshError } from "../errors/mesh-errors.ts";
import { errorInfoOf } from "../errors/rpc-error.ts";
import { UnreadableAnswer } from "../rpc/grpc-calls.ts";

/** A failure, from the side of the vendor. */
export interface FailedAttempt {
  readonly vendor: string;
  /**
   * - `refused`: the vendor answered, with an error of the contract: that is its last word;
   * - `not_begun`: the vendor certainly never had the call;
   * - `unknown`: it may have done what it was asked, or part of it: ask it what became of the request.
   */
  readonly outcome: "refused" | "not_begun" | "unknown";
}

const attempts = new WeakMap<ConnectError, FailedAttempt>();

/** What is known about the vendor, of an error that a `VendorMesh` threw; undefined where it asked no vendor. */
export function failedAttemptOf(error: unknown): FailedAttempt | undefined {
  return error instanceof ConnectError ? attempts.get(error) : undefined;
}

/** A vendor's answer that says what the contract does not know. */
export class InvalidAnswer extends Error {}

/** How grpc-js says that no connection was there to send on: nothing of the call has left this process. */
const NEVER_SENT = /^(No connection established|Name resolution failed)/;

/** Whether the policies refused the call, so that nothing was sent. */
export function isRefusedHere(error: unknown): boolean {
  return error instanceof BrokenCircuitError || error instanceof BulkheadRejectedError;
}

/** Whether the vendor certainly never had the call. */
export function isNotBegun(error: unknown): boolean {
  return (
    isRefusedHere(error) ||
    error instanceof TaskCancelledError ||
    (error instanceof ConnectError && error.code === Code.Unavailable && NEVER_SENT.test(error.rawMessage))
  );
}

/** How grpc-js says that the other end reset the stream, whichever code of HTTP/2 it gave. */
const RESET = /^(Call cancelled|Received RST_STREAM)/;

/** The error; of a call that the other end broke off, which grpc-js calls cancelled or internal, what it is: UNAVAILABLE. */
export function unlessBroken(error: unknown): unknown {
  return error instanceof ConnectError && errorInfoOf(error) === undefined && RESET.test(error.rawMessage)
    ? new ConnectError(error.rawMessage, Code.Unavailable, undefined, undefined, error)
    : error;
}

/** Whether the vendor broke the contract. */
export function isInvalid(error: unknown): boolean {
  return error instanceof InvalidAnswer || error instanceof UnreadableAnswer;
}

/** Codes after which nobody but the vendor knows what it did. */
const UNCERTAIN = new Set<Code>([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Canceled,
  Code.Internal,
  Code.Unknown,
  Code.DataLoss,
]);

/**
 * The error to throw: the vendor's own where it is a word of the contract, the mesh's where it is not; where the vendor is
 * stays here.
 *
 * @param mayHaveBegun whether any attempt of the call may have reached the vendor, however the last one ended
 */
export function toFailure(error: unknown, vendor: string, mayHaveBegun: boolean): ConnectError {
  const heard = heardOf(error, vendor);
  attempts.set(heard, { vendor, outcome: outcomeOf(error, heard, mayHaveBegun) });
  return heard;
}

function outcomeOf(error: unknown, heard: ConnectError, mayHaveBegun: boolean): FailedAttempt["outcome"] {
  if (isNotBegun(error)) {
    return mayHaveBegun ? "unknown" : "not_begun";
  }
  const isForeign = error instanceof ConnectError && error.code === Code.ResourceExhausted && !errorInfoOf(error);
  return isInvalid(error) || isForeign || UNCERTAIN.has(heard.code) ? "unknown" : "refused";
}

function heardOf(error: unknown, vendor: string): ConnectError {
  if (isInvalid(error)) {
    return meshError("VENDOR_ANSWER_INVALID", { metadata: { vendor }, cause: error });
  }
  if (error instanceof TaskCancelledError) {
    return meshError("DEADLINE_PASSED", { cause: error });
  }
  if (isRefusedHere(error)) {
    return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
  }
  const known = ConnectError.from(error);
  if (errorInfoOf(known) !== undefined) {
    return known;
  }
  switch (known.code) {
    case Code.Unavailable:
      return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
    case Code.DeadlineExceeded:
      return meshError("DEADLINE_PASSED", { cause: error });
    default:
      return known;
  }
}
