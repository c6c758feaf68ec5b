/** JSON as the transcoder reads it: as JSON.parse gives it, but that a number a double may not hold keeps its digits. */

/** A JSON value. Objects have own properties only, `__proto__` among them; read them with Object.keys or hasOwn. */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A number kept as it was written. */
export class ExactNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** True for `{...}`. */
export function isJsonObject(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber);
}

/** True for `[...]`. */
export function isJsonArray(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** Names the kind of a value for a message, never its content: what clients send does not belong in logs. */
export function kindOf(json: Json): string {
  if (json === null) return "null";
  if (isJsonArray(json)) return "an array";
  if (json instanceof ExactNumber || typeof json === "number") return "a number";
  if (typeof json === "object") return "an object";
  return typeof json === "string" ? "a string" : "a boolean";
}
