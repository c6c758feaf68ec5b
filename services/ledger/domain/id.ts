/**
 * Identities of accounts and transfers: 128 bits. In memory they are strings of 16 characters, one per byte: short, quick
 * to hash, and in the order of the numbers they stand for.
 */

/** 16 characters of the codes 0 to 255, big-endian. */
export type Id = string;

/** All zeros: what is not given. */
export const ZERO_ID: Id = "\0".repeat(16);
/** All ones. */
export const MAX_ID: Id = "\xff".repeat(16);

const DASHES = new Set([8, 13, 18, 23]);
const HEX_POSITIONS = Array.from({ length: 36 }, (_, index) => index).filter((index) => !DASHES.has(index));
const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0 : value;
});
const bytes = Buffer.alloc(16);

/** The identity that a well-formed UUID of any case writes; the empty text writes zero. */
export function idOfUuid(text: string): Id {
  if (text === "") {
    return ZERO_ID;
  }
  for (let index = 0; index < 16; index++) {
    const high = HEX_VALUES[text.charCodeAt(HEX_POSITIONS[2 * index] ?? 0)] ?? 0;
    const low = HEX_VALUES[text.charCodeAt(HEX_POSITIONS[2 * index + 1] ?? 0)] ?? 0;
    bytes[index] = (high << 4) | low;
  }
  return bytes.toString("latin1");
}

/** An identity as a UUID in lower case. */
export function uuidOfId(id: Id): string {
  const hex = Buffer.from(id, "latin1").toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
