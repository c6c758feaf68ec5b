/** Messages of ISO 8583:1987 to octets and back: type in ASCII, bitmaps binary, then the fields in their order. */
import { FIELD_FORMATS, faultOfField } from "./fields.ts";

/** A message. Binary fields (52, 64, 96, 128) are in upper-case hexadecimal. */
export interface IsoMessage {
  /** Type: "0100" and so on. */
  readonly mti: string;
  /** Values by field number; fields 1 and 65, the bitmaps, are made. */
  readonly fields: Readonly<Partial<Record<number, string>>>;
}

/** Thrown for what is no message: what was to be sent breaks the format, or what came does. */
export class IsoFormatError extends Error {
  override readonly name = "IsoFormatError";
}

/** Octets of a bitmap. */
const BITMAP_OCTETS = 8;
/** 1987: version 0; class, function and origin are digits. */
const MTI = /^0[1-8][0-9][0-9]$/;

/**
 * Packs a message.
 *
 * @throws IsoFormatError where a field is unknown, too long, or holds what it may not.
 */
export function encodeMessage({ mti, fields }: IsoMessage): Buffer {
  if (!MTI.test(mti)) {
    throw new IsoFormatError(`${mti} is no message type of ISO 8583:1987`);
  }
  const present = Object.entries(fields)
    .flatMap(([field, value]) => (value === undefined ? [] : [{ field: Number(field), value }]))
    .sort((one, other) => one.field - other.field);
  const hasSecondary = present.some(({ field }) => field > 64);
  const bitmap = Buffer.alloc(hasSecondary ? 2 * BITMAP_OCTETS : BITMAP_OCTETS);
  if (hasSecondary) {
    setBit(bitmap, 1);
  }
  const parts = present.map(({ field, value }) => {
    setBit(bitmap, field);
    return encodeField(field, value);
  });
  return Buffer.concat([Buffer.from(mti, "latin1"), bitmap, ...parts]);
}

/**
 * Unpacks a message.
 *
 * @throws IsoFormatError where the octets are not one whole message.
 */
export function decodeMessage(octets: Buffer): IsoMessage {
  const reader = readerOf(octets);
  const mti = reader.take(4, "the message type").toString("latin1");
  if (!MTI.test(mti)) {
    throw new IsoFormatError("the message type is none of ISO 8583:1987");
  }
  let bitmap = reader.take(BITMAP_OCTETS, "the bitmap");
  if (hasBit(bitmap, 1)) {
    bitmap = Buffer.concat([bitmap, reader.take(BITMAP_OCTETS, "the secondary bitmap")]);
  }
  const fields: Record<number, string> = {};
  for (let field = 2; field <= bitmap.length * 8; field++) {
    if (hasBit(bitmap, field)) {
      fields[field] = decodeField(field, reader);
    }
  }
  if (reader.left() > 0) {
    throw new IsoFormatError(`${reader.left()} octets follow the last field`);
  }
  return { mti, fields };
}

function encodeField(field: number, value: string): Buffer {
  const fault = faultOfField(field, value);
  const format = FIELD_FORMATS.get(field);
  if (fault !== undefined || format === undefined) {
    throw new IsoFormatError(fault ?? `field ${field} is not of ISO 8583:1987`);
  }
  if (format.content === "b") {
    return Buffer.from(value, "hex");
  }
  const length = format.lengthDigits === 0 ? "" : String(value.length).padStart(format.lengthDigits, "0");
  return Buffer.from(length + value, "latin1");
}

function decodeField(field: number, reader: Reader): string {
  const format = FIELD_FORMATS.get(field);
  if (format === undefined) {
    throw new IsoFormatError(`field ${field} is not of ISO 8583:1987`);
  }
  let length = format.length;
  if (format.lengthDigits > 0) {
    const digits = reader.take(format.lengthDigits, `the length of field ${field}`).toString("latin1");
    if (!/^[0-9]+$/.test(digits)) {
      throw new IsoFormatError(`the length of field ${field} is no number`);
    }
    length = Number(digits);
  }
  const octets = reader.take(length, `field ${field}`);
  const value = format.content === "b" ? octets.toString("hex").toUpperCase() : octets.toString("latin1");
  const fault = faultOfField(field, value);
  if (fault !== undefined) {
    throw new IsoFormatError(fault);
  }
  return value;
}

interface Reader {
  take(count: number, what: string): Buffer;
  left(): number;
}

function readerOf(octets: Buffer): Reader {
  let at = 0;
  return {
    take(count, what) {
      if (at + count > octets.length) {
        throw new IsoFormatError(`the message ends within ${what}`);
      }
      at += count;
      return octets.subarray(at - count, at);
    },
    left: () => octets.length - at,
  };
}

/** Bits count from 1 at the most significant of the first octet. */
function setBit(bitmap: Buffer, bit: number): void {
  const octet = (bit - 1) >> 3;
  bitmap[octet] = (bitmap[octet] ?? 0) | (0x80 >> ((bit - 1) & 7));
}

function hasBit(bitmap: Buffer, bit: number): boolean {
  return ((bitmap[(bit - 1) >> 3] ?? 0) & (0x80 >> ((bit - 1) & 7))) !== 0;
}
