/** Failures that the mesh itself gives, whatever the capability: malla.type.v1.ErrorReason. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { ErrorReason } from "#gen/malla/type/v1/error_reason_pb.js";
import { MESH_DOMAIN, type RpcErrorInit, rpcError } from "./rpc-error.ts";

/** Code and default sentence of each reason. */
const MESH_ERRORS = {
  VALIDATION_FAILED: [Code.InvalidArgument, "the request breaks rules of the contract; see the field violations"],
  TOKEN_INVALID: [Code.Unauthenticated, "a valid bearer token is needed"],
  SCOPE_MISSING: [Code.PermissionDenied, "the caller lacks a scope that the method requires"],
  PEER_NOT_ALLOWED: [Code.PermissionDenied, "the calling service may not do this"],
  REQUEST_ID_REUSED: [Code.AlreadyExists, "this request_id came before with other content; use a new one"],
  REQUEST_IN_PROGRESS: [Code.Aborted, "the first call with this request_id is still being worked on; try again"],
  PAGE_TOKEN_INVALID: [Code.InvalidArgument, "the page token is damaged or belongs to another list"],
  DEADLINE_PASSED: [Code.DeadlineExceeded, "the deadline passed; send again with the same request_id"],
  DEPENDENCY_UNAVAILABLE: [Code.Unavailable, "something this call needs cannot be reached now; try again"],
  OVERLOADED: [Code.ResourceExhausted, "more work is waiting than can be done in time; try again"],
  INTERNAL: [Code.Internal, "internal error"],
  DEADLINE_MISSING: [Code.InvalidArgument, "calls between services must carry a deadline"],
  FEATURE_NOT_OFFERED: [Code.Unimplemented, "the vendor does not offer the feature that this call belongs to"],
  VENDOR_NOT_BOUND: [Code.FailedPrecondition, "no vendor is bound to the capability; bind one"],
  VENDOR_ANSWER_INVALID: [Code.Unavailable, "the vendor's answer breaks the contract and was not used"],
  TEXT_INVALID: [Code.InvalidArgument, "a text holds a character that cannot be stored"],
} as const satisfies Record<Exclude<keyof typeof ErrorReason, "UNSPECIFIED">, readonly [Code, string]>;

/** Reasons that the mesh gives. */
export type MeshReason = keyof typeof MESH_ERRORS;

/** After how long a caller should come back when something is down or too busy, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

const RETRYABLE = new Set<MeshReason>(["REQUEST_IN_PROGRESS", "DEPENDENCY_UNAVAILABLE", "OVERLOADED"]);

/** Makes the error for a reason of the mesh. */
export function meshError(
  reason: MeshReason,
  more: Partial<Pick<RpcErrorInit, "message" | "metadata" | "violations" | "cause">> = {},
): ConnectError {
  const [code, message] = MESH_ERRORS[reason];
  return rpcError({
    code,
    reason,
    domain: MESH_DOMAIN,
    message,
    ...(RETRYABLE.has(reason) ? { retryAfterMs: RETRY_AFTER_MS } : {}),
    ...more,
  });
}
