/** What an image says of itself in its first bytes, read before anything is decoded. */

export type MediaType = "image/jpeg" | "image/png";

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const PNG_START = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
/** Markers between 0xc0 and 0xcf that are tables, not frames. */
const NO_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

/** Width and height, or undefined where the bytes are no image of the type. */
export function readImageSize(bytes: Uint8Array, type: MediaType): ImageSize | undefined {
  const size = type === "image/png" ? sizeOfPng(bytes) : sizeOfJpeg(bytes);
  return size === undefined || size.width === 0 || size.height === 0 ? undefined : size;
}

function sizeOfPng(bytes: Uint8Array): ImageSize | undefined {
  if (bytes.length < 24 || PNG_START.some((byte, index) => bytes[index] !== byte)) {
    return undefined;
  }
  const view = viewOf(bytes);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Walks the segments up to the frame's header (ITU T.81, annex B). */
function sizeOfJpeg(bytes: Uint8Array): ImageSize | undefined {
  const view = viewOf(bytes);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) {
    return undefined;
  }
  for (let at = 2; at + 9 <= bytes.length; ) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff) {
      return undefined;
    }
    if (marker === 0xff) {
      at += 1; // a filler
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    if (marker === 0xd9 || marker === 0xda) {
      return undefined;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
