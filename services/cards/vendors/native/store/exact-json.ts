/** JSON with whole numbers of any size: a bigint is a string of digits with an n behind. */

const BIGINT = /^-?[0-9]+n$/;

/** What jsonb keeps of a value. */
export function encodeExact(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? `${one}n` : one)));
}

/** The value again. Its type is that of what this process, or one of its version, wrote. */
export function decodeExact<T>(json: unknown): T {
  const value: unknown = JSON.parse(JSON.stringify(json), (_key, one: unknown) =>
    typeof one === "string" && BIGINT.test(one) ? BigInt(one.slice(0, -1)) : one,
  );
  return value as T;
}
