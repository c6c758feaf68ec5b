/** The status of a call in trailers, and as the error that it is (gRPC over HTTP/2, "Responses"). */
import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromHttpStatus, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { StatusSchema } from "#gen/google/rpc/status_pb.js";
import type { HeaderField } from "../http2/index.ts";
import { fieldOf, fieldsOf, headersOf, isMetadata } from "./metadata.ts";

const OK: readonly HeaderField[] = [["grpc-status", "0"]];

/** Trailers of a call that ended well, or with an error. */
export function statusTrailers(error?: ConnectError): readonly HeaderField[] {
  if (error === undefined) {
    return OK;
  }
  // Its metadata is the caller's to pass, or not.
  const bare = new ConnectError(error.rawMessage, error.code);
  bare.details = error.details;
  return fieldsOf(setTrailerStatus(new Headers(), bare));
}

/**
 * The error that trailers, or the headers of an answer without a body, tell; undefined for OK. What a peer garbles
 * becomes an error too, never an exception.
 */
export function errorOfTrailers(trailers: readonly HeaderField[]): ConnectError | undefined {
  const status = fieldOf(trailers, "grpc-status");
  if (status === "0") {
    return undefined;
  }
  if (status === undefined) {
    return new ConnectError("the answer ended without a status", Code.Internal);
  }
  const code = Number(status);
  const error = new ConnectError(
    decodeMessage(fieldOf(trailers, "grpc-message") ?? ""),
    code in Code ? code : Code.Unknown,
    headersOf(trailers.filter(([name]) => isMetadata(name))),
  );
  const details = fieldOf(trailers, "grpc-status-details-bin");
  if (details !== undefined) {
    error.details = readDetails(details);
  }
  return error;
}

const headersBefore = new WeakMap<ConnectError, readonly HeaderField[]>();

/** Keeps the header section that came before an error: a call that fails late has both. */
export function keepHeader(error: ConnectError, header: readonly HeaderField[]): ConnectError {
  headersBefore.set(error, header);
  return error;
}

/** The header section that came before an error; undefined where there was none. */
export function headerBefore(error: ConnectError): readonly HeaderField[] | undefined {
  return headersBefore.get(error);
}

/** What a call ends with after something was thrown: anything but a ConnectError is a defect, whose insides stay here. */
export function callError(thrown: unknown): ConnectError {
  return thrown instanceof ConnectError
    ? thrown
    : new ConnectError("internal error", Code.Internal, undefined, undefined, thrown);
}

/** The error of an answer that is none of gRPC, such as a proxy's page. */
export function errorOfHttpStatus(httpStatus: string): ConnectError {
  return new ConnectError(`the backend answered HTTP ${httpStatus}`, codeFromHttpStatus(Number(httpStatus)));
}

function readDetails(base64: string): ConnectError["details"] {
  try {
    const status = fromBinary(StatusSchema, Buffer.from(base64, "base64"));
    return status.details.map((detail) => ({
      type: detail.typeUrl.slice(detail.typeUrl.lastIndexOf("/") + 1),
      value: detail.value,
    }));
  } catch {
    // Details explain an error; garbled ones must not hide it.
    return [];
  }
}

/** Percent-decoding that leaves what is malformed as it stands ("implementations must not discard"). */
function decodeMessage(text: string): string {
  if (!text.includes("%")) {
    return text;
  }
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
