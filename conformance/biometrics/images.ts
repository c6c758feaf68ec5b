/** Images that are none, or that no one should decode: made here, so that nobody must bring them. */
import { crc32, deflateSync } from "node:zlib";

/** Bytes that are no image. */
export const NOT_AN_IMAGE = new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>");

/** A PNG that is small as a file and has this many pixels by its header. */
export function pngOf(width: number, height: number, padTo = 0): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits of grey
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(Math.min(width + 1, 1_000)));
  const file = Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
  return new Uint8Array(Buffer.concat([file, Buffer.alloc(Math.max(0, padTo - file.length))]));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
