/** What clauses expect besides values: failures with their reason, and what comes about in time. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { type ErrorInfo, ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";

/** Longest that a ledger may take for what it does by itself, such as releasing what expired, in milliseconds. */
const DEADLINE_MS = 15_000;
const POLL_MS = 50;

/** Waits until a check passes. What the ledger cannot answer now is asked again. */
export async function eventually(check: () => Promise<void>, deadlineMs = DEADLINE_MS): Promise<void> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      const isEarly =
        error instanceof assert.AssertionError ||
        (error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded));
      if (!isEarly || Date.now() > end) {
        throw error;
      }
    }
    await pause(POLL_MS);
  }
}

/** The failure of a call that must fail so; returns its reason with what it carries. */
export async function fails(call: Promise<unknown>, code: Code, reason: string, domain: string): Promise<ErrorInfo> {
  const error = await call.then(() => undefined, ConnectError.from);
  assert.ok(error !== undefined, `the call succeeded, and should have failed with ${reason}`);
  const info = error.findDetails(ErrorInfoSchema)[0];
  assert.deepEqual([Code[error.code], info?.reason, info?.domain], [Code[code], reason, domain], error.message);
  assert.ok(info !== undefined);
  return info;
}
