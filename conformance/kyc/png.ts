/** Images for uploads (Portable Network Graphics, third edition). */
import { crc32, deflateSync } from "node:zlib";

/** A grey image. */
export function greyImage(width: number, height: number): Uint8Array {
  const rows = Buffer.alloc((width + 1) * height, 0x80);
  for (let row = 0; row < height; row++) {
    rows[row * (width + 1)] = 0; // no filter
  }
  return png(width, height, deflateSync(rows));
}

/** An image that says it is far larger than it is: who decodes it before looking runs out of memory. */
export function imageBomb(): Uint8Array {
  return png(60_000, 60_000, deflateSync(Buffer.alloc(1_000_000)));
}

/** An image whose end is missing. */
export function cutImage(): Uint8Array {
  return greyImage(64, 64).slice(0, 60);
}

function png(width: number, height: number, data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits per sample, of one channel: grey
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array())]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
