/** ConnectError to google.rpc.Status and back: what the trailer grpc-status-details-bin holds. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { type Code, ConnectError } from "@connectrpc/connect";
import { type Status, StatusSchema } from "#gen/google/rpc/status_pb.js";

/** Every detail of an error, packed. */
export function detailsOf(error: ConnectError): Any[] {
  return error.details.map((detail) =>
    "desc" in detail
      ? anyPack(detail.desc, create(detail.desc, detail.value))
      : create(AnySchema, { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value }),
  );
}

/** The google.rpc.Status of an error. */
export function statusOf(error: ConnectError): Status {
  return create(StatusSchema, { code: error.code, message: error.rawMessage, details: detailsOf(error) });
}

/** Serialized google.rpc.Status of an error. */
export function statusToBinary(error: ConnectError): Uint8Array {
  return toBinary(StatusSchema, statusOf(error));
}

/** The error that a peer sent: `bytes` is its serialized google.rpc.Status, absent when it sent none. */
export function errorFromStatus(code: Code, message: string, bytes: Uint8Array | undefined): ConnectError {
  const error = new ConnectError(message, code);
  const status: Status | undefined = bytes === undefined ? undefined : fromBinary(StatusSchema, bytes);
  error.details = (status?.details ?? []).map((detail) => ({
    type: detail.typeUrl.slice(detail.typeUrl.lastIndexOf("/") + 1),
    value: detail.value,
  }));
  return error;
}
