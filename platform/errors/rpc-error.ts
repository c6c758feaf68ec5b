/** The one way a call fails on purpose: a code, a machine-readable reason, and details of google.rpc. */
import { type Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  type ErrorInfo,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "#gen/google/rpc/error_details_pb.js";

/** What a caller is told about a failure. */
export interface RpcErrorInit {
  readonly code: Code;
  /** UPPER_SNAKE_CASE, from the capability's ErrorReason enum, without the enum's prefix. */
  readonly reason: string;
  /** "<capability>.malla", or "malla" for the mesh itself. */
  readonly domain: string;
  /** A sentence for the developer at the other end: what was wrong, and what to do. */
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  /** After how long it makes sense to try again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What happened inside; logged, never sent. */
  readonly cause?: unknown;
}

/** A field that breaks a rule. */
export interface FieldViolation {
  /** Path in proto names, e.g. "customer.tax_identifiers[0].value". */
  readonly field: string;
  readonly description: string;
}

/** Domain of reasons that the mesh itself gives (malla.type.v1.ErrorReason). */
export const MESH_DOMAIN = "malla";

/** Makes the error to throw. */
export function rpcError(init: RpcErrorInit): ConnectError {
  const details = [
    { desc: ErrorInfoSchema, value: { reason: init.reason, domain: init.domain, metadata: { ...init.metadata } } },
    ...(init.violations === undefined
      ? []
      : [
          {
            desc: BadRequestSchema,
            value: { fieldViolations: init.violations.map((violation) => ({ ...violation })) },
          },
        ]),
    ...(init.retryAfterMs === undefined
      ? []
      : [{ desc: RetryInfoSchema, value: { retryDelay: durationOfMs(init.retryAfterMs) } }]),
  ];
  return new ConnectError(init.message, init.code, undefined, details, init.cause);
}

/** Reason, domain and metadata of a failure, where it carries them. */
export function errorInfoOf(error: ConnectError): ErrorInfo | undefined {
  return error.findDetails(ErrorInfoSchema)[0];
}

function durationOfMs(ms: number) {
  const whole = Math.max(0, Math.round(ms));
  return { seconds: BigInt(Math.floor(whole / 1000)), nanos: (whole % 1000) * 1_000_000 };
}
