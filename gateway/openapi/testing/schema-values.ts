/** Values that a schema of ours takes. What no keyword says is left to the formats that the generator uses. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { OneofChoice, Schema } from "../openapi.ts";

/** Makes values for schemas that refer to the given ones. */
export type ValuesOf = (schema: Schema) => fc.Arbitrary<JsonValue>;

/** Below this many objects only what is required is filled in: messages may hold themselves. */
const maxDepth = 2;
const maxItems = 3;

/** Makes a maker. */
export function createValuesOf(schemas: Readonly<Record<string, Schema>>): ValuesOf {
  return (schema) => valuesAt(schema, 0);

  function valuesAt(given: Schema, depth: number): fc.Arbitrary<JsonValue> {
    const schema = resolve(given);
    const { anyOf, ...rest } = schema;
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (anyOf !== undefined) return fc.oneof(...anyOf.map((each) => valuesAt({ ...rest, ...each }, depth)));
    const { type } = schema;
    if (type === undefined) return jsonValues;
    if (typeof type !== "string") return fc.oneof(...type.map((each) => valuesAt({ ...schema, type: each }, depth)));
    switch (type) {
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer(integerRange(schema));
      case "number":
        return fc.double({ noDefaultInfinity: true, noNaN: true, ...numberRange(schema) });
      case "string":
        return textsOf(schema);
      case "array":
        return itemsOf(schema, depth);
      case "object":
        // What an Any may hold is not in its schema, but in its examples.
        if (schema.examples !== undefined) return fc.constantFrom<JsonValue>({}, ...schema.examples);
        return schema.properties === undefined ? entriesOf(schema, depth) : objectsOf(schema, depth);
    }
  }

  function resolve(schema: Schema): Schema {
    const name = schema.$ref?.split("/").pop();
    return name === undefined ? schema : (schemas[name] ?? schema);
  }

  function itemsOf({ items = {}, minItems = 0, maxItems: most = maxItems }: Schema, depth: number) {
    const length = {
      minLength: minItems,
      maxLength: Math.max(minItems, Math.min(most, isLeaf(items) || depth < maxDepth ? maxItems : 0)),
    };
    return fc.array(valuesAt(items, depth + 1), length);
  }

  function entriesOf({ additionalProperties = true, propertyNames = {} }: Schema, depth: number) {
    if (typeof additionalProperties === "boolean") return additionalProperties ? jsonObjects : fc.constant({});
    const keys =
      propertyNames.enum === undefined ? textsOf(propertyNames) : fc.constantFrom(...propertyNames.enum.map(String));
    const values = valuesAt(additionalProperties, depth + 1);
    const maxKeys = isLeaf(additionalProperties) || depth < maxDepth ? maxItems : 0;
    return fc.dictionary(keys.filter(isPlainKey), values, { maxKeys, noNullPrototype: true });
  }

  function objectsOf(schema: Schema, depth: number): fc.Arbitrary<JsonObject> {
    const { properties = {}, required = [] } = schema;
    const choices = schema["x-oneof"] ?? [];
    const needed = new Set([...required, ...choices.flatMap((each) => (each.required ? each.fields : []))]);
    const kept = Object.entries(properties).filter(([name, property]) => {
      return property.readOnly !== true && (needed.has(name) || depth < maxDepth || isLeaf(property));
    });
    const model = Object.fromEntries(kept.map(([name, property]) => [name, valuesAt(property, depth + 1)]));
    const requiredKeys = [...needed].filter((name) => name in model);
    const objects = fc.record<Record<string, JsonValue>>(model, { requiredKeys, noNullPrototype: true });
    return fc.tuple(objects, fc.nat()).map(([object, pick]) => keepOneOfEach(object, choices, pick));
  }

  function isLeaf(given: Schema): boolean {
    const { type, anyOf = [] } = resolve(given);
    return type !== "object" && type !== "array" && anyOf.every(isLeaf);
  }
}

/** Texts for strings, parameters and keys. */
export function textsOf(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = Math.max(20, minLength) } = schema;
  const made = (format === undefined ? undefined : textsByFormat[format]) ?? (schema.contentEncoding && base64Texts);
  if (made !== undefined) return made.filter((text) => fits(text, schema));
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u")).filter((text) => fits(text, schema));
  return fc
    .string({ unit: "binary", minLength, maxLength })
    .filter((text) => !text.includes("\0") && fits(text, schema));
}

const base64Texts = fc
  .tuple(fc.uint8Array({ maxLength: 9 }), fc.constantFrom("base64", "base64url"))
  .map(([bytes, encoding]) => Buffer.from(bytes).toString(encoding === "base64" ? "base64" : "base64url"));

const textsByFormat: Readonly<Record<string, fc.Arbitrary<string>>> = {
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(String),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  uuid: fc.uuid(),
  email: fc.emailAddress(),
  hostname: fc.domain(),
  ipv4: fc.ipV4(),
  ipv6: fc.ipV6(),
  uri: fc.webUrl(),
  "date-time": fc
    .date({ min: new Date("0001-01-02T00:00:00Z"), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true })
    .map((date) => date.toISOString()),
};

function fits(text: string, { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Schema): boolean {
  const length = [...text].length;
  return length >= minLength && length <= maxLength && (pattern === undefined || new RegExp(pattern, "u").test(text));
}

function integerRange({ minimum, maximum }: Schema): { min: number; max: number } {
  return { min: minimum ?? -(2 ** 31), max: maximum ?? 2 ** 31 - 1 };
}

function numberRange({ minimum, maximum }: Schema): { min?: number; max?: number } {
  return { ...(minimum === undefined ? {} : { min: minimum }), ...(maximum === undefined ? {} : { max: maximum }) };
}

/** A key that JavaScript takes for the prototype would be lost on the way to JSON. */
function isPlainKey(key: string): boolean {
  return key !== "__proto__" && !key.includes("\0");
}

function keepOneOfEach(object: JsonObject, choices: readonly OneofChoice[], pick: number): JsonObject {
  const dropped = new Set(
    choices.flatMap(({ fields }) => {
      const given = fields.filter((name) => name in object);
      return given.filter((_, index) => index !== pick % given.length);
    }),
  );
  return Object.fromEntries(Object.entries(object).filter(([name]) => !dropped.has(name)));
}

const jsonKeys = fc.string({ maxLength: 8 }).filter(isPlainKey);
const { value: jsonValues, object: jsonObjects } = fc.letrec<{
  value: JsonValue;
  object: JsonObject;
  list: JsonValue[];
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 8 }).filter((text) => !text.includes("\0")),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(jsonKeys, tie("value"), { maxKeys: 3, noNullPrototype: true }),
}));
