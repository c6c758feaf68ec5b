/** Schemas that take null too. */
import type { Schema } from "./openapi.ts";

/** The schema, or null. Keywords for strings, numbers and objects say nothing of null, so most need only its type. */
export function nullable(schema: Schema): Schema {
  const { description, ...rest } = schema;
  const needsChoice = typeof schema.type !== "string" || schema.enum !== undefined || schema.const !== undefined;
  if (!needsChoice) return { ...schema, type: [schema.type, "null"] };
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, { type: "null" }] };
}
