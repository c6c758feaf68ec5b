/** What an image says of itself in its first bytes: looked at before anything is decoded, so that a bomb never goes off. */

/** Kind and size of an image. */
export interface ImageHeader {
  readonly kind: "jpeg" | "png";
  readonly width: number;
  readonly height: number;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length and type of the first chunk, which must be IHDR, then width and height. */
const PNG_HEADER_BYTES = 24;

/** Kind and size by the header; undefined where it is no JPEG or PNG. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (PNG_SIGNATURE.every((byte, index) => bytes[index] === byte)) {
    return readPngHeader(bytes);
  }
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? readJpegHeader(bytes) : undefined;
}

function readPngHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (bytes.length < PNG_HEADER_BYTES || String.fromCharCode(...bytes.subarray(12, 16)) !== "IHDR") {
    return undefined;
  }
  const view = viewOf(bytes);
  return sized("png", view.getUint32(16), view.getUint32(20));
}

/** Walks the segments to the start of frame (ISO/IEC 10918-1, B.2.2), of any process: baseline, progressive, lossless. */
function readJpegHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = viewOf(bytes);
  for (let at = 2; at + 9 < bytes.length; ) {
    const marker = view.getUint16(at);
    if (marker >> 8 !== 0xff) {
      return undefined;
    }
    if (marker === 0xffff) {
      at += 1; // a fill byte
      continue;
    }
    if (isStartOfFrame(marker)) {
      return sized("jpeg", view.getUint16(at + 7), view.getUint16(at + 5));
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || marker === 0xffda) {
      return undefined; // the scan, and no frame before it
    }
    at += 2 + length;
  }
  return undefined;
}

/** SOF0 to SOF15, but for DHT, JPG and DAC, which lie between them. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xffc0 && marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc;
}

function sized(kind: ImageHeader["kind"], width: number, height: number): ImageHeader | undefined {
  return width === 0 || height === 0 ? undefined : { kind, width, height };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
