/**
 * JSON whose integers a double would round (ProtoJSON has 64-bit integers as strings for that reason). Connect's handlers
 * read JSON by JSON.parse, which rounds without a word, so such bodies are refused before.
 */
import { Code, ConnectError } from "@connectrpc/connect";

/** Every integer of 15 digits is below 2^53. */
const WIDE_INTEGER = /\d{16}/;

/**
 * Passes a body on, whole, once it is there.
 *
 * @throws ConnectError INVALID_ARGUMENT when an integer outside of quotes would be rounded, RESOURCE_EXHAUSTED beyond
 *   `maxBytes`
 */
export async function* exactJson(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new ConnectError(`the body is larger than ${maxBytes} bytes`, Code.ResourceExhausted);
    }
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks, length);
  const text = whole.toString("utf8");
  if (WIDE_INTEGER.test(text) && isRounded(text)) {
    throw new ConnectError("an integer beyond 2^53 must be a string, or it would be rounded", Code.InvalidArgument);
  }
  yield whole;
}

function isRounded(text: string): boolean {
  let isFound = false;
  try {
    JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
      const source = context?.source;
      isFound ||= typeof value === "number" && source !== undefined && isWrong(source, value);
      return value;
    });
  } catch (error) {
    if (error instanceof SyntaxError) {
      return false; // whoever reads it next says so
    }
    throw error;
  }
  return isFound;
}

function isWrong(source: string, value: number): boolean {
  return /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value);
}
