/** The transcoder's own refusals: what it answers when a request cannot become a call. */
import { Code } from "@connectrpc/connect";

/**
 * Every reason the transcoder refuses a request for, with its google.rpc.Code and HTTP status.
 * The key goes out as google.rpc.ErrorInfo.reason (AIP-193) unless options rename it.
 */
export const refusalReasons = {
  ROUTE_NOT_FOUND: { code: Code.NotFound, httpStatus: 404 },
  METHOD_NOT_ALLOWED: { code: Code.Unimplemented, httpStatus: 405 },
  NOT_ACCEPTABLE: { code: Code.InvalidArgument, httpStatus: 406 },
  UNSUPPORTED_MEDIA_TYPE: { code: Code.InvalidArgument, httpStatus: 415 },
  BODY_TOO_LARGE: { code: Code.ResourceExhausted, httpStatus: 413 },
  BODY_ENCODING_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  URI_TOO_LONG: { code: Code.InvalidArgument, httpStatus: 414 },
  BODY_NOT_ALLOWED: { code: Code.InvalidArgument, httpStatus: 400 },
  PATH_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  QUERY_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  QUERY_PARAMETER_UNKNOWN: { code: Code.InvalidArgument, httpStatus: 400 },
  QUERY_PARAMETER_REPEATED: { code: Code.InvalidArgument, httpStatus: 400 },
  TIMEOUT_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  JSON_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  JSON_TOO_DEEP: { code: Code.InvalidArgument, httpStatus: 400 },
  JSON_TOO_LARGE: { code: Code.InvalidArgument, httpStatus: 400 },
  JSON_KEY_DUPLICATE: { code: Code.InvalidArgument, httpStatus: 400 },
  FIELD_UNKNOWN: { code: Code.InvalidArgument, httpStatus: 400 },
  FIELD_TYPE_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  FIELD_VALUE_INVALID: { code: Code.InvalidArgument, httpStatus: 400 },
  FIELD_REPEATED: { code: Code.InvalidArgument, httpStatus: 400 },
  ONEOF_CONFLICT: { code: Code.InvalidArgument, httpStatus: 400 },
  PATH_AND_BODY_CONFLICT: { code: Code.InvalidArgument, httpStatus: 400 },
  PATH_AND_QUERY_CONFLICT: { code: Code.InvalidArgument, httpStatus: 400 },
  QUERY_AND_BODY_CONFLICT: { code: Code.InvalidArgument, httpStatus: 400 },
  HEADER_AND_FIELD_CONFLICT: { code: Code.InvalidArgument, httpStatus: 400 },
} as const satisfies Record<string, { code: Code; httpStatus: number }>;

/** A key of {@link refusalReasons}. */
export type RefusalReason = keyof typeof refusalReasons;

/** One google.rpc.BadRequest.FieldViolation: `field` is the path as the client wrote it. */
export interface Violation {
  readonly reason: RefusalReason;
  readonly field: string;
  readonly description: string;
}

/** Violations listed in one answer. Enough to mend a form at once, and it bounds the answer to a hostile body. */
export const maxViolations = 50;

/** Characters of a client's own text repeated in an answer. */
export const maxEchoLength = 200;

/** Thrown inside the transcoder and answered at its border; it never reaches the caller of `handle`. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: RefusalReason;
  readonly violations: readonly Violation[];
  /** Methods of the resource, for 405 (RFC 9110, 15.5.6). */
  readonly allow: readonly string[];
  /** Codings that would be taken, for 415 (RFC 9110, 12.5.3). */
  readonly acceptEncoding: string | undefined;

  constructor(
    reason: RefusalReason,
    message: string,
    detail: {
      readonly violations?: readonly Violation[];
      readonly allow?: readonly string[];
      readonly acceptEncoding?: string;
    } = {},
  ) {
    super(message);
    this.reason = reason;
    this.violations = detail.violations ?? [];
    this.allow = detail.allow ?? [];
    this.acceptEncoding = detail.acceptEncoding;
  }
}

/** A refusal with a single violation. */
export function refusalOf(reason: RefusalReason, field: string, description: string): Refusal {
  const violations: Violation[] = [];
  addViolation(violations, reason, field, description);
  return new Refusal(reason, description, { violations });
}

/** Notes a violation, up to {@link maxViolations}; binding goes on so that the client hears of all of them. */
export function addViolation(list: Violation[], reason: RefusalReason, field: string, description: string): void {
  if (list.length < maxViolations) list.push({ reason, field: shorten(field), description });
}

/** Throws when anything was noted. The first violation names the reason of the whole. */
export function throwIfAny(violations: readonly Violation[]): void {
  const first = violations[0];
  if (first === undefined) return;
  const subject = first.field === "" ? "" : `${first.field}: `;
  throw new Refusal(first.reason, `${subject}${first.description}`, { violations });
}

/** A client's text, cut to {@link maxEchoLength}. */
export function shorten(text: string): string {
  return text.length <= maxEchoLength ? text : `${text.slice(0, maxEchoLength)}…`;
}
