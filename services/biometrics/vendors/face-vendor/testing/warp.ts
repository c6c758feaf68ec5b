/**
 * Pictures made from a picture: what a face looks like that turns, rises or opens its mouth, near enough for landmarks to
 * move. A camera would see more; what is measured with these says so.
 */
import jpeg from "jpeg-js";
import type { Picture } from "../decode-image.ts";

/** A face's place in its picture, in pixels. */
export interface FacePlace {
  /** Between the eyes and the mouth: the nose. */
  readonly x: number;
  readonly y: number;
  /** Width of the face. */
  readonly width: number;
}

/** Where a pixel of the new picture comes from in the old; undefined: it is dark. */
export type Warp = (x: number, y: number) => readonly [x: number, y: number] | undefined;

/** The middle of the face moves to one side, its edge does not: a turned head. @param by share of the width, left > 0 */
export function turned({ x, y, width }: FacePlace, by: number): Warp {
  return (atX, atY) => [atX - by * width * near((atX - x) / (0.42 * width), (atY - y) / (0.75 * width)), atY];
}

/** Nose and mouth move up, eyes and chin less. @param by share of the width */
export function raised({ x, y, width }: FacePlace, by: number): Warp {
  return (atX, atY) => [atX, atY + by * width * near((atX - x) / (0.45 * width), (atY - y) / (0.38 * width))];
}

/** The lips part: the lower one moves down, and between them it is dark. @param mouthY where they meet */
export function opened({ x, width }: FacePlace, mouthY: number, by: number): Warp {
  const gap = by * width;
  return (atX, atY) => {
    const across = near((atX - x) / (0.22 * width), 0);
    const open = gap * across;
    if (atY <= mouthY || open < 1) {
      return [atX, atY];
    }
    if (atY < mouthY + open) {
      return undefined;
    }
    // Below the lips the chin is pushed down, less and less.
    const below = atY - mouthY - open;
    return [atX, atY - open * Math.exp(-below / (0.5 * width))];
  };
}

/** Applies a warp. */
export function warped({ width, height, rgb }: Picture, warp: Warp): Picture {
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = warp(x, y);
      const to = (y * width + x) * 3;
      if (from === undefined) {
        out.set(DARK, to);
      } else {
        sample(rgb, width, height, from, out, to);
      }
    }
  }
  return { width, height, rgb: out };
}

/** Part of a picture. */
export function cropped({ width, rgb }: Picture, left: number, top: number, size: number, high = size): Picture {
  const out = new Uint8Array(size * high * 3);
  for (let y = 0; y < high; y += 1) {
    const from = ((top + y) * width + left) * 3;
    out.set(rgb.subarray(from, from + size * 3), y * size * 3);
  }
  return { width: size, height: high, rgb: out };
}

/** Lighter or darker, with other contrast: as another camera would have it. */
export function relit({ width, height, rgb }: Picture, gain: number, shift: number): Picture {
  return { width, height, rgb: Uint8Array.from(rgb, (value) => Math.min(255, Math.max(0, value * gain + shift))) };
}

/** Left is right. */
export function mirrored(picture: Picture): Picture {
  return warped(picture, (x, y) => [picture.width - 1 - x, y]);
}

/** Two pictures of one height, side by side. */
export function sideBySide(left: Picture, right: Picture): Picture {
  const width = left.width + right.width;
  const height = Math.min(left.height, right.height);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    out.set(left.rgb.subarray(y * left.width * 3, (y + 1) * left.width * 3), y * width * 3);
    out.set(right.rgb.subarray(y * right.width * 3, (y + 1) * right.width * 3), (y * width + left.width) * 3);
  }
  return { width, height, rgb: out };
}

/** As a JPEG file. */
export function toJpeg({ width, height, rgb }: Picture, quality = 90): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba.set(rgb.subarray(from, from + 3), to);
  }
  return jpeg.encode({ width, height, data: rgba }, quality).data;
}

const DARK = [40, 15, 15];

/** 1 in the middle, little at a distance of 1 and more. */
function near(x: number, y: number): number {
  return Math.exp(-1.5 * (x * x + y * y));
}

/** Bilinear. */
function sample(
  rgb: Uint8Array,
  width: number,
  height: number,
  [x, y]: readonly [number, number],
  out: Uint8Array,
  to: number,
): void {
  const left = Math.min(width - 2, Math.max(0, Math.floor(x)));
  const top = Math.min(height - 2, Math.max(0, Math.floor(y)));
  const [right, down] = [Math.min(1, Math.max(0, x - left)), Math.min(1, Math.max(0, y - top))];
  for (let channel = 0; channel < 3; channel += 1) {
    const value = (dx: number, dy: number) => rgb[((top + dy) * width + left + dx) * 3 + channel] ?? 0;
    const upper = value(0, 0) * (1 - right) + value(1, 0) * right;
    const lower = value(0, 1) * (1 - right) + value(1, 1) * right;
    out[to + channel] = upper * (1 - down) + lower * down;
  }
}
