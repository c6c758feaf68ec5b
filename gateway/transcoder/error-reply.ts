/** Errors as the client sees them: `{"error": {"code", "status", "message", "details"}}` (AIP-193). */
import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import { detailToJson, retryAfterSeconds } from "./error-details.ts";
import { allowHeaders, pickHeaders } from "./headers.ts";
import type { TranscoderOptions } from "./options.ts";
import { Refusal, refusalReasons } from "./refusal.ts";
import { createReplyHeader } from "./reply-headers.ts";
import type { ReplyHeader } from "./rest-message.ts";
import { statusOf } from "./status.ts";

/** An error ready to send. */
export interface ErrorReply {
  readonly status: number;
  readonly header: ReplyHeader;
  readonly body: JsonObject;
}

/** Turns whatever was thrown into an answer. `signal` tells a client that left from a call that was aborted. */
export type ErrorResponder = (error: unknown, method: DescMethod | undefined, signal: AbortSignal) => ErrorReply;

type ErrorOptions = Pick<
  TranscoderOptions,
  "registry" | "responseHeaders" | "errorDomain" | "errorReasons" | "onInternalError"
>;

/** What a call hears that was admitted and then not made. */
export function asConnectError(error: unknown): ConnectError {
  if (!(error instanceof Refusal)) return ConnectError.from(error, Code.Internal);
  return new ConnectError(error.message, refusalReasons[error.reason].code, undefined, undefined, error);
}

/** Makes the one place where errors become HTTP. */
export function createErrorResponder(options: ErrorOptions): ErrorResponder {
  const { registry, errorDomain = "transcoder", errorReasons = {}, onInternalError } = options;

  const passes = allowHeaders(options.responseHeaders ?? []);

  return (error, method, signal) => {
    if (error instanceof Refusal) return refusalReply(error);
    const connectError = error instanceof ConnectError ? error : withoutInsides(error, method, signal);
    const reply = replyOf(connectError, statusOf(connectError.code).httpStatus, method);
    pickHeaders(connectError.metadata, passes, reply.header, (slip) => onInternalError?.(slip, method));
    const seconds = retryAfterSeconds(connectError);
    if (seconds !== undefined) reply.header.set("retry-after", String(seconds));
    return reply;
  };

  function refusalReply(refusal: Refusal): ErrorReply {
    const { code, httpStatus } = refusalReasons[refusal.reason];
    const error = new ConnectError(refusal.message, code, undefined, [
      { desc: ErrorInfoSchema, value: { reason: reasonName(refusal.reason), domain: errorDomain } },
    ]);
    if (refusal.violations.length > 0) {
      const fieldViolations = refusal.violations.map((each) => ({ ...each, reason: reasonName(each.reason) }));
      error.details.push({ desc: BadRequestSchema, value: { fieldViolations } });
    }
    const reply = replyOf(error, httpStatus, undefined);
    if (refusal.acceptEncoding !== undefined) reply.header.set("accept-encoding", refusal.acceptEncoding);
    if (refusal.allow.length > 0) reply.header.set("allow", refusal.allow.join(", "));
    return reply;
  }

  function reasonName(reason: Refusal["reason"]): string {
    return errorReasons[reason] ?? reason;
  }

  /** Anything but a ConnectError is a bug or a client that left; neither is the client's to read about. */
  function withoutInsides(error: unknown, method: DescMethod | undefined, signal: AbortSignal): ConnectError {
    if (signal.aborted) return new ConnectError("the client is gone", Code.Canceled);
    onInternalError?.(error, method);
    return new ConnectError("internal error", Code.Internal);
  }

  function replyOf(error: ConnectError, httpStatus: number, method: DescMethod | undefined): ErrorReply {
    const report = (slip: unknown): void => onInternalError?.(slip, method);
    const details = error.details.map((detail) => detailToJson(detail, registry, report));
    const { name } = statusOf(error.code);
    return {
      status: httpStatus,
      header: createReplyHeader(["content-type", "application/json"]),
      body: { error: { code: httpStatus, status: name, message: error.rawMessage, details } },
    };
  }
}
