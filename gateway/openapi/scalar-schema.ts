/** Scalars as ProtoJSON writes them. */
import { ScalarType } from "@bufbuild/protobuf";
import type { Schema } from "./openapi.ts";

const int32: Schema = { type: "integer", format: "int32" };
const uint32: Schema = { type: "integer", format: "uint32", minimum: 0, maximum: 2 ** 32 - 1 };
// 64-bit integers are strings: a JSON number loses digits past 2^53 in most languages.
const int64: Schema = { type: "string", format: "int64", pattern: "^-?[0-9]{1,19}$" };
const uint64: Schema = { type: "string", format: "uint64", pattern: "^[0-9]{1,20}$" };
const notFinite: Schema = { type: "string", enum: ["NaN", "Infinity", "-Infinity"] };

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
  [ScalarType.BYTES]: { type: "string", contentEncoding: "base64" },
};

/** The schema of a scalar type without rules. */
export function scalarSchema(type: ScalarType): Schema {
  return schemas[type];
}

/** The value ProtoJSON writes for a field that is not set, as it stands in a schema. */
export function zeroOf(type: ScalarType): string | number | boolean {
  const { type: jsonType, format } = schemas[type];
  if (jsonType === "boolean") return false;
  if (jsonType === "string") return format === undefined ? "" : "0";
  return 0;
}
