/** Refuses what is no whole image of its type, and what is too large, before it is decoded. */
import { type MediaType, readImageSize } from "../domain/image-header.ts";
import { kycRefused } from "../errors.ts";
import { MAX_PIXELS } from "./limits.ts";
import { isWholeJpeg } from "./whole-jpeg.ts";
import { isWholePng } from "./whole-png.ts";

let last: Promise<unknown> = Promise.resolve();

/** One image at a time: each may take hundreds of megabytes while it is looked at. */
function inTurn(look: () => Promise<boolean>): Promise<boolean> {
  const turn = last.then(look);
  last = turn.catch(() => "whoever waits for the turn hears of it");
  return turn;
}

/**
 * Looks at the header, and only then at the rest.
 *
 * @throws DOCUMENT_INVALID and DOCUMENT_TOO_LARGE.
 */
export async function requireImage(bytes: Buffer, type: MediaType): Promise<void> {
  const size = readImageSize(bytes, type);
  if (size === undefined) {
    throw kycRefused("document_invalid");
  }
  if (size.width * size.height > MAX_PIXELS) {
    throw kycRefused("document_too_large", { limit: "kyc.max_document_pixels" });
  }
  if (!(await inTurn(() => (type === "image/png" ? isWholePng(bytes) : isWholeJpeg(bytes))))) {
    throw kycRefused("document_invalid");
  }
}
