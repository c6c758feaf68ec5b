/** Examples of bodies, made from their schemas. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { valuesByName } from "./examples.ts";
import type { Schema } from "./openapi.ts";
import { sampleText } from "./sample-text.ts";

/** Finds the schema that a reference names; any other schema is its own. */
export type Resolve = (schema: Schema) => Schema;

/**
 * A value that the schema takes: what is required, and what the schema says enough about to make up something sensible.
 * Undefined where it says too little.
 *
 * @param omitted properties of the body to pass over
 */
export function sampleBody(
  schema: Schema,
  resolve: Resolve,
  omitted: ReadonlySet<string> = new Set(),
): JsonValue | undefined {
  const body = resolve(schema);
  const { properties = {} } = body;
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => !omitted.has(name)));
  return sampleValue({ ...body, properties: kept }, "", []);

  function sampleValue(given: Schema, name: string, above: readonly Schema[]): JsonValue | undefined {
    const resolved = resolve(given);
    if (above.includes(resolved)) return undefined;
    const below = [...above, resolved];
    switch (resolved.type) {
      case "object":
        return resolved.properties === undefined ? undefined : sampleObject(resolved, below);
      case "array": {
        const item = resolved.items && sampleValue(resolved.items, name, below);
        return item === undefined ? undefined : [item];
      }
      case "integer":
        return valuesByName[name] ?? sampleInteger(resolved);
      case "string":
        return valuesByName[name] ?? sampleText(resolved);
      default:
        return undefined;
    }
  }

  function sampleObject(object: Schema, above: readonly Schema[]): JsonObject {
    // Of each oneof the first member alone.
    const skipped = new Set(object["x-oneof"]?.flatMap(({ fields }) => fields.slice(1)));
    const sample: JsonObject = {};
    for (const [name, property] of Object.entries(object.properties ?? {})) {
      const isRequired = object.required?.includes(name) === true;
      if (property.readOnly === true || skipped.has(name) || (isTime(resolve(property)) && !isRequired)) continue;
      const value = sampleValue(property, name, above);
      if (value !== undefined) sample[name] = value;
    }
    return sample;
  }
}

/** A time that need not be given is better left out: most are bounds, or set by the service. */
function isTime({ format }: Schema): boolean {
  return format === "date-time";
}

/** The least that is allowed; undefined without bounds of the contract's own, for any number would be a guess. */
function sampleInteger({ minimum, maximum }: Schema): number | undefined {
  return minimum === 0 && maximum === 2 ** 32 - 1 ? undefined : minimum;
}
