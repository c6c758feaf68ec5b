import { describe, expect, it } from "vitest";
import { pngOf } from "../../../../conformance/biometrics/images.ts";
import { decodeImage, faultOfImage, MAX_IMAGE_BYTES } from "./decode-image.ts";
import { readImageHeader } from "./image-header.ts";
import { astronaut } from "./testing/pictures.ts";
import { toJpeg } from "./testing/warp.ts";

/** A JPEG's start and the header of a frame, without what follows. */
const jpegOf = (frame: number, width: number, height: number) =>
  Uint8Array.from(
    [
      [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, frame, 0, 17, 8],
      [height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0, 0],
    ].flat(),
  );

describe("an image's header", () => {
  it.each([
    ["a PNG", pngOf(640, 480), { kind: "png", width: 640, height: 480 }],
    ["a baseline JPEG", jpegOf(0xc0, 640, 480), { kind: "jpeg", width: 640, height: 480 }],
    ["a progressive JPEG", jpegOf(0xc2, 640, 480), { kind: "jpeg", width: 640, height: 480 }],
    ["a JPEG without a size", jpegOf(0xc0, 0, 480), undefined],
    ["a JPEG whose tables come for a frame", jpegOf(0xc4, 640, 480), undefined],
    ["a GIF", new TextEncoder().encode("GIF89a.........................."), undefined],
    ["nothing", new Uint8Array(), undefined],
    ["a PNG cut off", pngOf(640, 480).subarray(0, 20), undefined],
  ])("of %s is read", (_what, bytes, header) => {
    expect(readImageHeader(bytes)).toEqual(header);
  });
});

describe("an image", () => {
  it.each([
    ["a bomb of PNG", pngOf(60_000, 60_000), "image_too_large"],
    ["a bomb of JPEG", jpegOf(0xc2, 65_000, 65_000), "image_too_large"],
    ["a file too large", pngOf(16, 16, MAX_IMAGE_BYTES + 1), "image_too_large"],
    ["text", new TextEncoder().encode("<svg/>"), "image_invalid"],
  ])("that is %s is refused by its header", (_what, bytes, fault) => {
    expect(faultOfImage(bytes)).toBe(fault);
    expect(decodeImage(bytes)).toBe(fault);
  });

  it("that is damaged past its header is refused", async () => {
    expect(decodeImage(jpegOf(0xc0, 640, 480))).toBe("image_invalid");
    expect(decodeImage(pngOf(640, 480).subarray(0, 45))).toBe("image_invalid");
  });

  it("is decoded to three bytes a pixel", async () => {
    const picture = await astronaut();
    const decoded = decodeImage(toJpeg(picture));
    expect(decoded).toMatchObject({ width: 256, height: 256 });
    expect(typeof decoded === "string" ? 0 : decoded.rgb.length).toBe(256 * 256 * 3);
  });
});
