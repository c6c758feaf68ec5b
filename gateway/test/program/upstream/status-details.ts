/** google.rpc.Status on the wire, for `grpc-status-details-bin`. */
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { PlannedError } from "../plan.ts";

/** `{1: code, 2: message, 3: details as Any}`. */
export function encodeStatus({ code, message, details = [] }: PlannedError): Buffer {
  const writer = new BinaryWriter().tag(1, 0).int32(code).tag(2, 2).string(message);
  for (const { type, base64 } of details) {
    writer.tag(3, 2).fork().tag(1, 2).string(type).tag(2, 2).bytes(Buffer.from(base64, "base64")).join();
  }
  return Buffer.from(writer.finish());
}
