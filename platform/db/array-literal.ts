/**
 * Writes an array as PostgreSQL reads it (PostgreSQL manual, 8.15.6), to be passed as one parameter and cast:
 * `unnest(${arrayLiteral(ids)}::uuid[])`. A statement has at most 65,535 parameters; an array is one, however long.
 */
export function arrayLiteral(values: readonly (string | number | bigint | boolean | Buffer)[]): string {
  return `{${values.map(element).join(",")}}`;
}

const QUOTED = /["\\]/g;

function element(value: string | number | bigint | boolean | Buffer): string {
  if (typeof value === "string") {
    return `"${value.replaceAll(QUOTED, "\\$&")}"`;
  }
  // bytea in hex, its backslash escaped for the array.
  return Buffer.isBuffer(value) ? `"\\\\x${value.toString("hex")}"` : String(value);
}
