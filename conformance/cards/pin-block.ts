/** PIN blocks as a terminal makes them: ISO 9564-1, formats 0 and 4. */
import { createCipheriv, randomBytes } from "node:crypto";
import { PinBlock_Format } from "#gen/malla/cards/v1/card_pb.js";

/** A zone key that the sender shares with the vendor. */
export interface ZoneKey {
  readonly id: string;
  readonly format: PinBlock_Format;
  /** Triple DES, double length (16 bytes), for format 0; AES (16, 24 or 32 bytes) for format 4. */
  readonly key: Buffer;
}

/** What travels. */
export interface EncipheredPin {
  readonly format: PinBlock_Format;
  readonly keyId: string;
  readonly block: Uint8Array<ArrayBuffer>;
}

/** Enciphers a PIN of a card. */
export function encipherPin(zone: ZoneKey, pin: string, number: string): EncipheredPin {
  const block =
    zone.format === PinBlock_Format.ISO_0 ? formatZero(zone.key, pin, number) : formatFour(zone.key, pin, number);
  return { format: zone.format, keyId: zone.id, block: new Uint8Array(block) };
}

function formatZero(key: Buffer, pin: string, number: string): Buffer {
  const pinField = Buffer.from(`0${pin.length.toString(16)}${pin}`.padEnd(16, "f"), "hex");
  const numberField = Buffer.from(`0000${number.slice(-13, -1)}`, "hex");
  return encipher("des-ede3-ecb", Buffer.concat([key, key.subarray(0, 8)]), xor(pinField, numberField));
}

function formatFour(key: Buffer, pin: string, number: string): Buffer {
  const start = `4${pin.length.toString(16)}${pin}`.padEnd(16, "a");
  const pinField = Buffer.concat([Buffer.from(start, "hex"), randomBytes(8)]);
  const numberField = Buffer.from(`${number.length - 12}${number}`.padEnd(32, "0"), "hex");
  const cipher = `aes-${key.length * 8}-ecb`;
  return encipher(cipher, key, xor(encipher(cipher, key, pinField), numberField));
}

function encipher(algorithm: string, key: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
