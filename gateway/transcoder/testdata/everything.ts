/** Messages of the type Everything, made by chance, as a client would write them in JSON. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { writeFloat } from "../number-text.ts";
import { shelfMessage, testRegistry } from "./load.ts";
import { parseJson } from "./parse-json.ts";
import type { JsonFields } from "./rest-encoder.ts";

const everything = shelfMessage("Everything");
const registry = testRegistry;

export const text = fc.string({ unit: "grapheme", maxLength: 12 }).filter((value) => !value.includes("\0"));
const mapKey = text.filter((key) => key !== "__proto__");
export const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const color = fc.constantFrom("COLOR_UNSPECIFIED", "RED", "BLUE");
export const time = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const some = { requiredKeys: [] };

export const leaves = {
  boolValue: fc.boolean(),
  int32Value: int32,
  uint32Value: fc.nat({ max: 2 ** 32 - 1 }),
  int64Value: int64,
  uint64Value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  // As a float is written: 1.1, not the double that holds it.
  floatValue: fc.float({ noNaN: true, min: -(2 ** 120), max: 2 ** 120 }).map((value) => Number(writeFloat(value))),
  doubleValue: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom("NaN", "Infinity")),
  bytesValue: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  color,
  maybe: int64,
  numbers: fc.array(int64, { maxLength: 4 }),
  colors: fc.array(color, { maxLength: 4 }),
  labels: fc.dictionary(mapKey, text, { maxKeys: 4 }),
  byBool: fc.dictionary(fc.constantFrom("true", "false"), color),
  time,
  times: fc.array(time, { maxLength: 3 }),
  duration: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((ms) => `${(ms / 1000).toFixed(3)}s`),
  mask: fc.array(fc.constantFrom("a", "fooBar", "a.bC"), { maxLength: 3 }).map((paths) => paths.join()),
  wrappedString: text,
  wrappedInt64: int64,
  wrappedBool: fc.boolean(),
};

export const nestedLeaves = {
  leafText: text,
  leafNumber: int64,
  words: fc.array(text, { maxLength: 3 }),
  counts: fc.dictionary(mapKey, int64, { maxKeys: 3 }),
};
// Not empty: a query has no way to say "a message without fields".
const nested = fc
  .record({ ...nestedLeaves, below: fc.record({ leafText: text.filter((value) => value !== "") }) }, some)
  .filter((value) => Object.keys(value).length > 0);
const choice = fc.oneof(
  fc.record({ choiceText: text }),
  fc.record({ choiceNumber: int64 }),
  fc.record({ choiceWrapped: text }),
  fc.constant({}),
);

/** One that a query can say. */
export const queryMessage = fc.tuple(fc.record({ ...leaves, nested }, some), choice).map(([a, b]) => ({ ...a, ...b }));
/** One that a body can say. */
export const bodyMessage = fc
  .tuple(
    queryMessage,
    fc.record(
      {
        list: fc.array(fc.record(nestedLeaves, some), { maxLength: 3 }),
        byNumber: fc.dictionary(int64, fc.record(nestedLeaves, some), { maxKeys: 3 }),
        struct: fc.dictionary(mapKey, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
        value: fc.jsonValue({ maxDepth: 3 }),
      },
      some,
    ),
  )
  .map(([a, b]) => ({ ...a, ...b }))
  .filter((message) => !JSON.stringify(message).match(/\\u0000|__proto__/));

/** The message as protobuf-es itself understands it: the measure of what should arrive. */
export function canonical(message: JsonFields): JsonFields {
  const json = toJson(everything, fromJson(everything, parseJson(JSON.stringify(message)), { registry }), {
    registry,
  });
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
}
