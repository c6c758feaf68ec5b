/** Scalars as ProtoJSON writes them, and as it reads them. */
import { ScalarType } from "@bufbuild/protobuf";
import type { Schema } from "./openapi.ts";
import type { Form } from "./shape.ts";

const int32: Schema = { type: "integer", format: "int32" };
const uint32: Schema = { type: "integer", format: "uint32", minimum: 0 };
// 64-bit integers are strings: a JSON number loses digits past 2^53 in most languages.
const int64: Schema = { type: "string", format: "int64", pattern: "^-?[0-9]{1,19}$" };
const uint64: Schema = { type: "string", format: "uint64", pattern: "^[0-9]{1,20}$" };
const notFinite: Schema = { type: "string", enum: ["NaN", "Infinity", "-Infinity"] };
const bytes: Schema = { type: "string", contentEncoding: "base64" };

const schemas: Readonly<Record<ScalarType, Schema>> = {
  [ScalarType.DOUBLE]: { anyOf: [{ type: "number", format: "double" }, notFinite] },
  [ScalarType.FLOAT]: { anyOf: [{ type: "number", format: "float" }, notFinite] },
  [ScalarType.INT32]: int32,
  [ScalarType.SINT32]: int32,
  [ScalarType.SFIXED32]: int32,
  [ScalarType.UINT32]: uint32,
  [ScalarType.FIXED32]: uint32,
  [ScalarType.INT64]: int64,
  [ScalarType.SINT64]: int64,
  [ScalarType.SFIXED64]: int64,
  [ScalarType.UINT64]: uint64,
  [ScalarType.FIXED64]: uint64,
  [ScalarType.BOOL]: { type: "boolean" },
  [ScalarType.STRING]: { type: "string" },
  [ScalarType.BYTES]: bytes,
};

// Base64, standard or URL-safe, padded or not.
const base64Pattern = "^(?:[A-Za-z0-9+/_-]{4})*(?:[A-Za-z0-9+/_-]{2}(?:==)?|[A-Za-z0-9+/_-]{3}=?)?$";
const maxFloat = 3.4028234663852886e38;

/** The schema of a scalar type without rules. */
export function scalarSchema(type: ScalarType, form: Form): Schema {
  const schema = schemas[type];
  if (form === "output") return schema;
  switch (schema.format ?? schema.contentEncoding) {
    case "int32":
      return { ...schema, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
    case "uint32":
      return { ...schema, maximum: 2 ** 32 - 1 };
    case "int64":
      return form === "text" ? schema : orWholeNumber(schema, Number.MIN_SAFE_INTEGER);
    case "uint64":
      return form === "text" ? schema : orWholeNumber(schema, 0);
    case "base64":
      return { ...schema, pattern: base64Pattern };
    default:
      return type === ScalarType.FLOAT ? boundedFloat : schema;
  }
}

/** The value ProtoJSON writes for a field that is not set, as it stands in a schema. */
export function zeroOf(type: ScalarType): string | number | boolean {
  const { type: jsonType, format } = schemas[type];
  if (jsonType === "boolean") return false;
  if (jsonType === "string") return format === undefined ? "" : "0";
  return 0;
}

const boundedFloat: Schema = {
  anyOf: [{ type: "number", format: "float", minimum: -maxFloat, maximum: maxFloat }, notFinite],
};

/** A number is taken too, as far as every JSON library holds it exactly (RFC 8259, 6). */
function orWholeNumber(schema: Schema, minimum: number): Schema {
  return { ...schema, type: ["string", "integer"], minimum, maximum: Number.MAX_SAFE_INTEGER };
}
