/** PIN blocks of ISO 9564-1 as a processor reads them: format 0 under triple DES, format 4 under AES. */
import { createDecipheriv } from "node:crypto";

/** A zone key, agreed with who sends PIN blocks. */
export interface ZoneKey {
  readonly format: 0 | 4;
  /** 16 bytes of DES, or 16, 24 or 32 bytes of AES. */
  readonly key: Buffer;
}

/** What came. */
export interface PinBlock {
  readonly format: 0 | 4;
  readonly keyId: string;
  readonly block: Buffer;
}

/** Why a PIN block cannot be read. */
export type PinFault = "pin_key_unknown" | "pin_block_invalid";

/** Reads the PIN of a card from a block. */
export function decipherPin(
  zones: ReadonlyMap<string, ZoneKey>,
  sent: PinBlock,
  number: string,
): { pin: string } | PinFault {
  const zone = zones.get(sent.keyId);
  if (zone === undefined || zone.format !== sent.format) {
    return "pin_key_unknown";
  }
  if (sent.block.length !== (zone.format === 0 ? 8 : 16)) {
    return "pin_block_invalid";
  }
  const field =
    zone.format === 0 ? openFormatZero(zone.key, sent.block, number) : openFormatFour(zone.key, sent.block, number);
  return pinOf(field, zone.format) ?? "pin_block_invalid";
}

/** The PIN field of format 0: deciphered, and combined with the 12 digits before the check digit. */
function openFormatZero(key: Buffer, block: Buffer, number: string): string {
  const numberField = Buffer.from(`0000${number.slice(-13, -1)}`, "hex");
  // A double-length key is K1 K2 K1.
  return xor(decipher("des-ede3-ecb", Buffer.concat([key, key.subarray(0, 8)]), block), numberField).toString("hex");
}

/** The PIN field of format 4: deciphered, combined with the whole number, deciphered again. */
function openFormatFour(key: Buffer, block: Buffer, number: string): string {
  const algorithm = `aes-${key.length * 8}-ecb`;
  const numberField = Buffer.from(`${number.length - 12}${number}`.padEnd(32, "0"), "hex");
  return decipher(algorithm, key, xor(decipher(algorithm, key, block), numberField)).toString("hex");
}

/** Control digit, length, PIN, and fill up to eight bytes: F in format 0, A in format 4. */
function pinOf(field: string, format: 0 | 4): { pin: string } | undefined {
  const length = Number.parseInt(field.slice(1, 2), 16);
  const pin = field.slice(2, 2 + length);
  const fill = field.slice(2 + length, 16);
  const isSound =
    field.startsWith(String(format)) &&
    /^[0-9]{4,12}$/.test(pin) &&
    pin.length === length &&
    (format === 0 ? /^f*$/ : /^a*$/).test(fill);
  return isSound ? { pin } : undefined;
}

function decipher(algorithm: string, key: Buffer, block: Buffer): Buffer {
  const cipher = createDecipheriv(algorithm, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
