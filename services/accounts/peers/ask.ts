/** What a failure of a called service means to our own callers. */
import { Code, ConnectError } from "@connectrpc/connect";
import { type MeshReason, meshError } from "#platform/errors/mesh-errors.ts";

/** Failures that our callers can ride out as we would. */
const OUTAGES: Partial<Record<Code, MeshReason>> = {
  [Code.Unavailable]: "DEPENDENCY_UNAVAILABLE",
  [Code.DeadlineExceeded]: "DEADLINE_PASSED",
  [Code.ResourceExhausted]: "OVERLOADED",
};

/**
 * Waits for another service's answer. An outage is told as one of ours, without what it says about the inside. Every
 * other failure means a defect, whatever the other service calls it: we asked for something we should not have.
 */
export async function ask<T>(peer: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw failureOf(peer, error);
  }
}

/** As `ask`, of something that may not exist. */
export async function askFor<T>(peer: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) {
      return undefined;
    }
    throw failureOf(peer, error);
  }
}

function failureOf(peer: string, error: unknown): Error {
  if (error instanceof ConnectError) {
    const reason = OUTAGES[error.code];
    if (reason !== undefined) {
      return meshError(reason, { cause: error });
    }
    if (error.code === Code.Canceled) {
      return error;
    }
  }
  return new Error(`${peer} did not answer what it was asked`, { cause: error });
}
