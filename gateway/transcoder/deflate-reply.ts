/** Answers compressed by gzip or br, where the client asks for it and it is worth it (RFC 9110, 12.5.3). */
import { promisify } from "node:util";
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from "node:zlib";
import type { RestRequest, RestResponse } from "./rest-message.ts";
import { stoppable } from "./stoppable.ts";

type Encoding = "gzip" | "br";

/** Smaller bodies fit in a packet either way. */
const MIN_BYTES = 1_024;
/** Fast enough for answers that are made once: a third of the time of the default for nearly its size. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
/** Types that are compressed already gain nothing. */
const COMPRESSIBLE = /^(?:text\/|application\/(?:[\w.+-]*json|xml|javascript|x-ndjson)\b|image\/svg)/i;

const gzipWhole = promisify(gzip);
const brotliWhole = promisify(brotliCompress);

/** Whether an answer may be compressed, so that it depends on what the client accepts. */
export function mayDeflate(request: RestRequest, { body, header }: RestResponse): boolean {
  if (body === undefined || header.has("content-encoding")) return false;
  // Only who refuses identity gets small ones compressed.
  if (isSmall(body) && request.header.get("accept-encoding")?.includes("q=0") !== true) return false;
  return COMPRESSIBLE.test(header.get("content-type") ?? "");
}

/** Compresses an answer that may be, or leaves it as it is: also where the client accepts nothing that there is. */
export async function deflateReply(request: RestRequest, reply: RestResponse): Promise<RestResponse> {
  const { body, header } = reply;
  if (body === undefined) return reply;
  const { encoding, takesIdentity } = chooseEncoding(request.header.get("accept-encoding"));
  if (isSmall(body) && takesIdentity) return reply;
  header.append("vary", "Accept-Encoding");
  if (encoding === undefined) return reply;
  header.set("content-encoding", encoding);
  if (!(body instanceof Uint8Array)) return { ...reply, body: deflateStream(body, encoding) };
  const deflated = await (encoding === "br" ? brotliWhole(body, BROTLI) : gzipWhole(body));
  header.set("content-length", String(deflated.length));
  return { ...reply, body: deflated };
}

function isSmall(body: NonNullable<RestResponse["body"]>): boolean {
  return body instanceof Uint8Array && body.length < MIN_BYTES;
}

interface Choice {
  /** The better of the two that are offered; of equals br. Undefined for none, or where identity is liked better. */
  readonly encoding: Encoding | undefined;
  readonly takesIdentity: boolean;
}

function chooseEncoding(accept: string | null): Choice {
  if (accept === null) return { encoding: undefined, takesIdentity: true };
  const weights = new Map(
    accept.split(",").map((part) => {
      const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [name, q === undefined ? 1 : Number(q) || 0] as const;
    }),
  );
  const weightOf = (name: string) => weights.get(name) ?? weights.get("*") ?? 0;
  const [br, gz] = [weightOf("br"), weightOf("gzip")];
  const weight = Math.max(br, gz);
  const isBetter = weight > 0 && weight >= (weights.get("identity") ?? 0);
  return {
    encoding: isBetter ? (br >= gz ? "br" : "gzip") : undefined,
    takesIdentity: (weights.get("identity") ?? weights.get("*") ?? 1) > 0,
  };
}

function deflateStream(body: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncIterable<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return stoppable(deflatePieces({ [Symbol.asyncIterator]: () => iterator }, encoding), () => iterator.return?.());
}

/** Each piece is flushed, so that a message is not held back by the next. */
async function* deflatePieces(body: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  const deflating = encoding === "br" ? createBrotliCompress(BROTLI) : createGzip();
  const flush = encoding === "br" ? constants.BROTLI_OPERATION_FLUSH : constants.Z_SYNC_FLUSH;
  const made: Buffer[] = [];
  deflating.on("data", (chunk: Buffer) => made.push(chunk));
  try {
    for await (const chunk of body) {
      deflating.write(chunk);
      await new Promise<void>((resolve) => deflating.flush(flush, resolve));
      yield* made.splice(0);
    }
    await new Promise<void>((resolve) => deflating.once("end", resolve).end());
    yield* made.splice(0);
  } finally {
    deflating.destroy();
  }
}
