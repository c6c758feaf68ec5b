/** Images to pixels, within limits. */
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { readImageHeader } from "./image-header.ts";

/** Largest file, in bytes: a photograph of 12 megapixels as telephones compress it. */
export const MAX_IMAGE_BYTES = 3 * 1024 * 1024;
/** Largest picture, in pixels: 12 megapixels is a telephone's camera. Decoded it is 48 MB. */
export const MAX_IMAGE_PIXELS = 12_000_000;
/** What the decoder of JPEG may allocate, in megabytes: its coefficients take several times the pixels. */
const MAX_JPEG_MEMORY_MB = 512;

/** Pixels, three bytes each: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Why an image was refused. */
export type ImageFault = "image_invalid" | "image_too_large";

/** The fault of an image by its size and header alone; undefined where it may be decoded. */
export function faultOfImage(bytes: Uint8Array): ImageFault | undefined {
  if (bytes.length > MAX_IMAGE_BYTES) {
    return "image_too_large";
  }
  const header = readImageHeader(bytes);
  if (header === undefined) {
    return "image_invalid";
  }
  return header.width * header.height > MAX_IMAGE_PIXELS ? "image_too_large" : undefined;
}

/** Decodes an image; a fault where it cannot be. */
export function decodeImage(bytes: Uint8Array): Picture | ImageFault {
  const fault = faultOfImage(bytes);
  if (fault !== undefined) {
    return fault;
  }
  const kind = readImageHeader(bytes)?.kind;
  try {
    const { width, height, data } = kind === "png" ? PNG.sync.read(Buffer.from(bytes)) : decodeJpeg(bytes);
    return { width, height, rgb: withoutAlpha(data) };
  } catch {
    // Both decoders say what is wrong in words of their own; to the caller the image is damaged.
    return "image_invalid";
  }
}

function decodeJpeg(bytes: Uint8Array) {
  return jpeg.decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: MAX_IMAGE_PIXELS / 1_000_000,
    maxMemoryUsageInMB: MAX_JPEG_MEMORY_MB,
  });
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
