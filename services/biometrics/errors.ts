/** How a refusal reads to the caller: one table. */
import { Code, type ConnectError } from "@connectrpc/connect";
import type { BiometricsErrorReason } from "#gen/malla/biometrics/v1/biometrics_errors_pb.js";
import { errorInfoOf, rpcError } from "#platform/errors/rpc-error.ts";
import type { ChallengeRefusal } from "./domain/challenge.ts";
import type { Rejection, TemplateRefusal } from "./domain/template.ts";

type Reason = Exclude<keyof typeof BiometricsErrorReason, "UNSPECIFIED">;
type ImageRefusal = Exclude<Rejection, "request_lost">;

/** Why a call is refused. */
export type BiometricsRefusal = ImageRefusal | TemplateRefusal | ChallengeRefusal | "stream_invalid";

const REFUSALS = {
  template_not_found: [Code.NotFound, "TEMPLATE_NOT_FOUND", "no such template, or it was deleted"],
  template_not_active: [Code.FailedPrecondition, "TEMPLATE_NOT_ACTIVE", "the template is not active"],
  template_not_deleted: [Code.FailedPrecondition, "TEMPLATE_NOT_DELETED", "the template was not deleted"],
  challenge_not_found: [Code.NotFound, "CHALLENGE_NOT_FOUND", "no such challenge"],
  challenge_not_open: [
    Code.FailedPrecondition,
    "CHALLENGE_NOT_OPEN",
    "the challenge was answered, or its time is over",
  ],
  stream_invalid: [Code.InvalidArgument, "STREAM_INVALID", "the first message names the challenge, and only the first"],
  no_face: [Code.InvalidArgument, "NO_FACE", "no face was found; take another picture"],
  several_faces: [Code.InvalidArgument, "SEVERAL_FACES", "more than one face was found; take another picture"],
  image_invalid: [Code.InvalidArgument, "IMAGE_INVALID", "not a JPEG or PNG, or damaged"],
  image_too_large: [Code.InvalidArgument, "IMAGE_TOO_LARGE", "more bytes or pixels than are taken; make it smaller"],
  poor_quality: [Code.InvalidArgument, "POOR_QUALITY", "the face is too small or too unclear; take another picture"],
} as const satisfies Record<BiometricsRefusal, readonly [Code, Reason, string]>;

/** What a vendor may say of an image, by its reason. */
const IMAGE_REFUSALS: Readonly<Record<string, ImageRefusal>> = {
  NO_FACE: "no_face",
  SEVERAL_FACES: "several_faces",
  IMAGE_INVALID: "image_invalid",
  IMAGE_TOO_LARGE: "image_too_large",
  POOR_QUALITY: "poor_quality",
};

/** Makes the error of a refusal. */
export function biometricsRefused(refusal: BiometricsRefusal, metadata: Record<string, string> = {}): ConnectError {
  const [code, reason, message] = REFUSALS[refusal];
  return rpcError({ code, reason, domain: "biometrics.malla", message, metadata });
}

/** What a vendor's refusal says of the image; undefined where it is about something else. */
export function imageRefusalOf(error: ConnectError): ImageRefusal | undefined {
  const info = errorInfoOf(error);
  return info?.domain === "biometrics.malla" ? IMAGE_REFUSALS[info.reason] : undefined;
}
