/** Request bodies that come compressed (RFC 9110, 8.4): gzip and br, inflated within the same bounds as plain ones. */
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { brotliDecompress, createBrotliDecompress, createGunzip, gunzip } from "node:zlib";
import { Refusal } from "./refusal.ts";
import type { HeaderReader } from "./rest-message.ts";

/** The codings taken, as an answer to a 415 names them. */
export const acceptedEncodings = "gzip, br";

type Encoding = "gzip" | "br";

const whole = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };
const streaming = { gzip: createGunzip, br: createBrotliDecompress };

/** The coding of a body; undefined for none. @throws Refusal UNSUPPORTED_MEDIA_TYPE for any other */
export function encodingOf(header: HeaderReader): Encoding | undefined {
  const coding = header.get("content-encoding")?.trim().toLowerCase();
  if (coding === undefined || coding === "" || coding === "identity") return undefined;
  if (coding === "gzip" || coding === "br") return coding;
  if (coding === "x-gzip") return "gzip"; // RFC 9110, 8.4.1.3
  throw new Refusal("UNSUPPORTED_MEDIA_TYPE", `the body may be compressed by ${acceptedEncodings}`, {
    acceptEncoding: acceptedEncodings,
  });
}

/** A whole body, inflated. @throws Refusal BODY_TOO_LARGE before more than `maxBytes` came of it, BODY_ENCODING_INVALID */
export async function inflateBody(bytes: Buffer, encoding: Encoding, maxBytes: number): Promise<Buffer> {
  try {
    return await whole[encoding](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw refusalOf(error, encoding, maxBytes);
  }
}

/** A body in pieces, inflated as it is pulled. @throws Refusal BODY_ENCODING_INVALID */
export async function* inflateStream(body: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const inflating = streaming[encoding]();
  const source = Readable.from(body, { objectMode: false });
  source.once("error", (error) => inflating.destroy(error));
  try {
    for await (const chunk of source.pipe(inflating)) yield chunk;
  } catch (error) {
    throw refusalOf(error, encoding, 0);
  } finally {
    inflating.destroy();
  }
}

function refusalOf(error: unknown, encoding: Encoding, maxBytes: number): unknown {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return new Refusal("BODY_TOO_LARGE", `the body is larger than ${maxBytes} bytes`);
  }
  const isZlib = typeof code === "string" && /^(?:Z_|ERR__|ERR_BROTLI)/.test(code);
  return isZlib ? new Refusal("BODY_ENCODING_INVALID", `the body is not compressed by ${encoding}`) : error;
}
