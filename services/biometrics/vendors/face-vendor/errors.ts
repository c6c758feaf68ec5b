/** How a refusal reads to the service: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { BiometricsErrorReason } from "#gen/malla/biometrics/v1/biometrics_errors_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { ImageFault } from "./decode-image.ts";

/** Why a call of a vendor of faces is refused. */
export type VendorRefusal =
  | ImageFault
  | "no_face"
  | "several_faces"
  | "poor_quality"
  | "template_not_found"
  | "challenge_not_found"
  | "challenge_not_open"
  | "stream_invalid";

type Reason = Exclude<keyof typeof BiometricsErrorReason, "UNSPECIFIED">;

const REFUSALS = {
  image_invalid: [Code.InvalidArgument, "IMAGE_INVALID", "not a JPEG or PNG, or damaged"],
  image_too_large: [Code.InvalidArgument, "IMAGE_TOO_LARGE", "more bytes or pixels than are taken"],
  no_face: [Code.InvalidArgument, "NO_FACE", "no face was found"],
  several_faces: [Code.InvalidArgument, "SEVERAL_FACES", "more than one face was found"],
  poor_quality: [Code.InvalidArgument, "POOR_QUALITY", "the face is too small or too unclear"],
  template_not_found: [Code.NotFound, "TEMPLATE_NOT_FOUND", "no such template"],
  challenge_not_found: [Code.NotFound, "CHALLENGE_NOT_FOUND", "no such challenge"],
  challenge_not_open: [
    Code.FailedPrecondition,
    "CHALLENGE_NOT_OPEN",
    "the challenge was answered, or its time is over",
  ],
  stream_invalid: [Code.InvalidArgument, "STREAM_INVALID", "the first message names the challenge, and only the first"],
} as const satisfies Record<VendorRefusal, readonly [Code, Reason, string]>;

/** Makes the error of a refusal. */
export function refused(refusal: VendorRefusal): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "biometrics.malla", message });
}
