/** Whether a PNG is whole: every chunk with its checksum, and exactly the pixels that its header promises. */
import { promisify } from "node:util";
import { crc32, inflate } from "node:zlib";

const inflated = promisify(inflate);

/** Samples of a pixel, by colour type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Adam7: where each pass begins and how far its pixels are apart (x, y, dx, dy). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Decompresses outside this thread, and never more than the header promises. */
export async function isWholePng(bytes: Buffer): Promise<boolean> {
  const data = imageDataOf(bytes);
  const expected = bytesOf(bytes);
  if (data === undefined || expected === undefined) {
    return false;
  }
  try {
    return (await inflated(data, { maxOutputLength: expected })).length === expected;
  } catch {
    // Damaged, cut short, or more than it promised.
    return false;
  }
}

function imageDataOf(bytes: Buffer): Buffer | undefined {
  const data: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) {
      return undefined;
    }
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "IEND") {
      return Buffer.concat(data);
    }
    if (type === "IDAT") {
      data.push(bytes.subarray(at + 8, end));
    }
    at = end + 4;
  }
  return undefined;
}

/** Bytes of all rows, each with its filter's, or undefined where the header makes no sense. */
function bytesOf(bytes: Buffer): number | undefined {
  if (bytes.length < 33) {
    return undefined;
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const bits = bytes.readUInt8(24) * (CHANNELS[bytes.readUInt8(25)] ?? 0);
  const rows = (columns: number, lines: number) => (columns === 0 ? 0 : lines * (1 + Math.ceil((columns * bits) / 8)));
  if (bits === 0) {
    return undefined;
  }
  if (bytes.readUInt8(28) === 0) {
    return rows(width, height);
  }
  return PASSES.reduce(
    (sum, [x, y, dx, dy]) =>
      sum + rows(Math.max(0, Math.ceil((width - x) / dx)), Math.max(0, Math.ceil((height - y) / dy))),
    0,
  );
}
