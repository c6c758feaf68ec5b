/** The bytes of a request body, inflated and within the limit. */
import { encodingOf, inflateBody, inflateStream } from "./inflate-body.ts";
import { splitJson } from "./json-splitter.ts";
import { Refusal } from "./refusal.ts";
import type { RestRequest } from "./rest-message.ts";

/** Makes sure that a body is JSON. @throws Refusal UNSUPPORTED_MEDIA_TYPE */
export function requireJsonBody({ header }: RestRequest): void {
  requireJson(header.get("content-type"), jsonTypes);
}

/** Reads a body of any type; no bytes where there is none. @throws Refusal BODY_TOO_LARGE as soon as it is */
export function readBytes(request: RestRequest, maxBytes: number): Promise<Buffer> {
  const encoding = encodingOf(request.header);
  const sent = readSent(request, maxBytes);
  if (encoding === undefined) return sent;
  return sent.then((bytes) => (bytes.length === 0 ? bytes : inflateBody(bytes, encoding, maxBytes)));
}

/**
 * The JSON values of a body, as they are pulled: as they follow one another, and by lines where its type says so.
 *
 * @param maxBytes of one value
 * @throws Refusal UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE
 */
export function jsonValuesOf(request: RestRequest, maxBytes: number): AsyncIterable<Buffer> {
  const type = request.header.get("content-type");
  if (request.body !== undefined) requireJson(type, jsonStreamTypes);
  const isByLine = type !== null && !/^application\/json\b/i.test(type);
  return splitJson(chunksOf(request), { maxBytes, isByLine });
}

/** A body of any type in pieces, as they are pulled. */
export function chunksOf(request: RestRequest): AsyncIterable<Uint8Array> {
  const encoding = encodingOf(request.header);
  const body = request.body ?? nothing();
  return encoding === undefined ? body : inflateStream(body, encoding);
}

/** Makes sure that nothing is sent where the rule has no body. @throws Refusal BODY_NOT_ALLOWED */
export async function requireNoBody(request: RestRequest): Promise<void> {
  for await (const chunk of request.body ?? []) {
    if (chunk.length > 0) throw new Refusal("BODY_NOT_ALLOWED", "this method takes no request body");
  }
}

async function readSent(request: RestRequest, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): Refusal => new Refusal("BODY_TOO_LARGE", `the body is larger than ${maxBytes} bytes`);
  if (Number(request.header.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (request.body?.collect !== undefined) {
    const whole = await request.body.collect(maxBytes);
    if (whole === undefined) throw tooLarge();
    return whole;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(chunks, length);
}

const jsonTypes: ReadonlySet<string> = new Set(["application/json"]);
const jsonStreamTypes: ReadonlySet<string> = new Set(["application/json", "application/x-ndjson", "application/jsonl"]);

/** An absent content type is taken for JSON: there is no other it could be (RFC 9110, 8.3 leaves it to the recipient). */
function requireJson(contentType: string | null, types: ReadonlySet<string>): void {
  if (contentType === null || contentType === "application/json") return;
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  // RFC 6839: what ends in +json can be read as JSON, such as application/merge-patch+json.
  const isJson = types.has(type) || /^application\/[\w.-]+\+json$/.test(type);
  if (!isJson || !isUtf8) {
    throw new Refusal("UNSUPPORTED_MEDIA_TYPE", `the body must be ${[...types].join(" or ")} in UTF-8`);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
