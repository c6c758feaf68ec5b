/** The header section that opens a call, and what the sections of the answer say. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { HeaderField, StreamReset } from "../http2/index.ts";
import type { BackendCall } from "./backend.ts";
import { fieldOf } from "./metadata.ts";
import { errorOfHttpStatus, errorOfTrailers } from "./status.ts";
import { formatTimeout } from "./timeout.ts";

const USER_AGENT = "grpc-malla/1.0";

/** Header section of a call. */
export function requestFields(
  { path, metadata, timeoutMs, tellsTimeout = true }: BackendCall,
  target: URL,
): HeaderField[] {
  const fields: HeaderField[] = [
    [":method", "POST"],
    [":scheme", target.protocol === "https:" ? "https" : "http"],
    [":path", path],
    [":authority", target.host],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ["user-agent", USER_AGENT],
  ];
  if (timeoutMs !== undefined && tellsTimeout) {
    fields.push(["grpc-timeout", formatTimeout(timeoutMs)]);
  }
  for (let index = 0; index < metadata.length; index++) {
    const field = metadata[index];
    if (field !== undefined) {
      fields.push(field);
    }
  }
  return fields;
}

/** The error of an answer's first section, where it is none of gRPC; undefined when messages may follow. */
export function errorOfHeader(header: readonly HeaderField[]): ConnectError | undefined {
  const status = fieldOf(header, ":status") ?? "";
  const type = fieldOf(header, "content-type") ?? "";
  if (status === "200" && type.startsWith("application/grpc")) {
    return undefined;
  }
  return fieldOf(header, "grpc-status") === undefined ? errorOfHttpStatus(status) : errorOfTrailers(header);
}

/** HTTP/2 error codes with a gRPC code of their own (gRPC over HTTP/2, "Errors"). */
const CODE_OF_RESET: Readonly<Record<number, Code>> = {
  7: Code.Unavailable, // REFUSED_STREAM
  8: Code.Canceled, // CANCEL
  10: Code.Unavailable, // CONNECT_ERROR: the connection was lost
  11: Code.ResourceExhausted, // ENHANCE_YOUR_CALM
  12: Code.PermissionDenied, // INADEQUATE_SECURITY
};

/** The error of a stream that a peer broke off. */
export function errorOfReset({ code, message }: StreamReset): ConnectError {
  return new ConnectError(
    "the backend broke off the call",
    CODE_OF_RESET[code] ?? Code.Internal,
    undefined,
    undefined,
    message,
  );
}

/** What a call that was aborted ends with. */
export function errorOfAbort(signal: AbortSignal): ConnectError {
  return signal.reason instanceof ConnectError
    ? signal.reason
    : new ConnectError("the call was cancelled", Code.Canceled, undefined, undefined, signal.reason);
}

/** What a call that took too long ends with. */
export function deadlinePassed(): ConnectError {
  return new ConnectError("the deadline passed", Code.DeadlineExceeded);
}
