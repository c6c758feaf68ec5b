/** From the bytes of a body to JSON, refusing what a lenient reader would let pass (RFC 8259, RFC 7493). */
import { isUtf8 } from "node:buffer";
import { isWideNumber, type JsonScan, scanJson } from "./json-scan.ts";
import { parseStrictly } from "./json-strict.ts";
import { ExactNumber, type Json } from "./json-value.ts";
import { Refusal, refusalOf } from "./refusal.ts";

/**
 * Reads a JSON text.
 *
 * @param maxDepth objects and arrays inside one another
 * @param maxValues objects, arrays and scalars
 * @param subject what a refusal calls the text
 * @throws Refusal JSON_INVALID, JSON_TOO_DEEP, JSON_TOO_LARGE or JSON_KEY_DUPLICATE. Messages tell positions, never content.
 */
export function readJson(bytes: Buffer, maxDepth: number, maxValues: number, subject = "the body"): Json {
  if (!isUtf8(bytes)) throw new Refusal("JSON_INVALID", `${subject} is not UTF-8`);
  const text = bytes.toString("utf8");
  const scan = scanJson(text, maxDepth, maxValues);
  if (scan.tooDeep) throw new Refusal("JSON_TOO_DEEP", `${subject} nests deeper than ${maxDepth} levels`);
  if (scan.tooLarge) throw new Refusal("JSON_TOO_LARGE", `${subject} holds more than ${maxValues} values`);
  const json = parse(text, scan, subject);
  if (scan.duplicate !== undefined) throw refusalOf("JSON_KEY_DUPLICATE", scan.duplicate, "the key comes twice");
  return json;
}

function parse(text: string, { hasWideNumber, hasEscapedKey }: JsonScan, subject: string): Json {
  try {
    if (hasEscapedKey) return parseStrictly(text, numberOf);
    // JSON.parse makes own properties of every key, `__proto__` included, so it cannot pollute a prototype.
    const json: Json = hasWideNumber ? JSON.parse(text, keepSource) : JSON.parse(text);
    return json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = /at position (\d+)/.exec(error.message)?.[1];
    const where = position === undefined ? "" : ` at character ${position}`;
    throw new Refusal("JSON_INVALID", `${subject} is not JSON${where}`);
  }
}

function keepSource(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === "number" && source !== undefined ? numberOf(source) : value;
}

function numberOf(source: string): number | ExactNumber {
  return isWideNumber(source) ? new ExactNumber(source) : Number(source);
}
