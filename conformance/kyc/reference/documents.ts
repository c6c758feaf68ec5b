/** What the reference makes of a document: whether it is an image, and whose passport it is. */
import { parse } from "mrz";
import { type Party, Step_Outcome, Step_Reason } from "#gen/malla/kyc/v1/verification_pb.js";
import type { Fault } from "./faults.ts";
import { namesOf, plain, refused } from "./party.ts";

/** Most pixels of an image, and most bytes. */
export const MAX_PIXELS = 40_000_000;
export const MAX_BYTES = 8 * 1024 * 1024;

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Refuses what is no whole PNG of a sensible size. */
export function requireImage(bytes: Buffer, faults: ReadonlySet<Fault>): void {
  const isPng = bytes.subarray(0, 8).equals(SIGNATURE) && bytes.length > 33;
  const pixels = isPng ? bytes.readUInt32BE(16) * bytes.readUInt32BE(20) : 0;
  if ((pixels > MAX_PIXELS || bytes.length > MAX_BYTES) && !faults.has("decodes_bombs")) {
    throw refused("DOCUMENT_TOO_LARGE", "the image is too large");
  }
  const isWhole = bytes.subarray(-12, -4).toString("latin1").endsWith("IEND");
  if (!(isPng && isWhole) && !faults.has("takes_any_bytes")) {
    throw refused("DOCUMENT_INVALID", "the bytes are no whole image");
  }
}

/** What a machine-readable zone is worth to the party. */
export function judgeZone(
  text: string,
  party: Party,
  faults: ReadonlySet<Fault>,
): { readonly outcome: Step_Outcome; readonly reason: Step_Reason } {
  const failed = (reason: Step_Reason) => ({ outcome: Step_Outcome.FAILED, reason });
  const { fields, details } = parse(text.split("\n"));
  const isRight = details.every(({ field, valid }) => valid || !field?.endsWith("CheckDigit"));
  if (!isRight && !faults.has("ignores_zone_digits")) {
    return failed(Step_Reason.CHECK_DIGIT);
  }
  if (!isOf(party, fields) && !faults.has("ignores_zone_data")) {
    return failed(Step_Reason.DATA_MISMATCH);
  }
  const expiry = fields.expirationDate ?? "";
  const expires = Date.UTC(2000 + Number(expiry.slice(0, 2)), Number(expiry.slice(2, 4)) - 1, Number(expiry.slice(4)));
  if (expires < Date.now() && !faults.has("ignores_document_expiry")) {
    return failed(Step_Reason.DOCUMENT_EXPIRED);
  }
  if (faults.has("fails_right_documents")) {
    return failed(Step_Reason.UNREADABLE);
  }
  return { outcome: Step_Outcome.PASSED, reason: Step_Reason.UNSPECIFIED };
}

function isOf(party: Party, fields: ReturnType<typeof parse>["fields"]): boolean {
  const names = namesOf(party).map(plain).join(" ");
  const zone = `${fields.firstName ?? ""} ${fields.lastName ?? ""}`.toLowerCase();
  const date = party.person.case === "naturalPerson" ? party.person.value.birthDate : undefined;
  const born = [(date?.year ?? 0) % 100, date?.month ?? 0, date?.day ?? 0];
  return names === zone && fields.birthDate === born.map((part) => String(part).padStart(2, "0")).join("");
}
