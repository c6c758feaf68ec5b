/** Request bodies that come compressed (RFC 9110, 8.4): gzip and br, inflated within the same bounds as plain ones. */
import { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip } from "node:zlib";
import { Refusal } from "./refusal.ts";
import type { HeaderReader } from "./rest-message.ts";

/** The codings taken, as an answer to a 415 names them. */
export const acceptedEncodings = "gzip, br";

type Encoding = "gzip" | "br";

/** They work off the event loop, a piece of 16 KiB at a time. */
const engines = { gzip: createGunzip, br: createBrotliDecompress };

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

/** A whole body, inflated. @throws Refusal BODY_TOO_LARGE once more than `maxBytes` came of it, BODY_ENCODING_INVALID */
export function inflateBody(bytes: Buffer, encoding: Encoding, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const engine = engines[encoding]();
    const made: Buffer[] = [];
    let length = 0;
    engine.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) made.push(chunk);
      else engine.destroy(new Refusal("BODY_TOO_LARGE", `the body is larger than ${maxBytes} bytes`));
    });
    engine.once("error", (error) => reject(asRefusal(error, encoding)));
    engine.once("end", () => {
      if (engine.bytesWritten === bytes.length) resolve(Buffer.concat(made, length));
      else reject(notEncoded(encoding));
    });
    engine.end(bytes);
  });
}

/** A body in pieces, inflated as it is pulled. @throws Refusal BODY_ENCODING_INVALID */
export async function* inflateStream(body: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const engine = engines[encoding]();
  let sent = 0;
  const counted = async function* () {
    for await (const chunk of body) {
      sent += chunk.length;
      yield chunk;
    }
  };
  const source = Readable.from(counted(), { objectMode: false });
  source.once("error", (error) => engine.destroy(error));
  try {
    for await (const chunk of source.pipe(engine)) yield chunk;
    if (engine.bytesWritten !== sent) throw notEncoded(encoding);
  } catch (error) {
    throw asRefusal(error, encoding);
  } finally {
    engine.destroy();
    source.destroy();
  }
}

function asRefusal(error: unknown, encoding: Encoding): unknown {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^(?:Z_|ERR__|ERR_BROTLI)/.test(code) ? notEncoded(encoding) : error;
}

/** Of bytes that are cut short or broken, or go on after their end, which the engines themselves let pass. */
function notEncoded(encoding: Encoding): Refusal {
  return new Refusal("BODY_ENCODING_INVALID", `the body is not compressed by ${encoding}`);
}
