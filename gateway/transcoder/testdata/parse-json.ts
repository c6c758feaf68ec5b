/** JSON for tests that make keys by chance: JSON.parse of Node 24 is not sure of keys with escapes (`json-strict.ts`). */
import type { JsonValue } from "@bufbuild/protobuf";
import { parseStrictly } from "../json-strict.ts";

/** Parses a text. */
export function parseJson(text: string): JsonValue {
  return parseStrictly(text, Number) as JsonValue;
}
