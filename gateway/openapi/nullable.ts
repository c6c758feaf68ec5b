/** Schemas that take null too. */
import type { Schema } from "./openapi.ts";

/** The schema, or null. Keywords for strings, numbers and objects say nothing of null, so most need only its type. */
export function nullable(schema: Schema): Schema {
  const { description, ...rest } = schema;
  const { type, anyOf } = schema;
  if (type !== undefined && !isClosed(schema) && (anyOf === undefined || !anyOf.every(isClosed))) {
    return { ...schema, type: [...(typeof type === "string" ? [type] : type), "null"] };
  }
  if (Object.keys(rest).length === 0) return schema; // any value, null too
  const choices = anyOf !== undefined && Object.keys(rest).length === 1 ? anyOf : [rest];
  return { ...(description === undefined ? {} : { description }), anyOf: [...choices, { type: "null" }] };
}

/** True for a schema that names its values, and null is none of them. */
function isClosed(schema: Schema): boolean {
  return schema.enum !== undefined || schema.const !== undefined;
}
