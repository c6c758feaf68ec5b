/** Free labels that callers keep with accounts and transfers. */
export type Metadata = Readonly<Record<string, string>>;

/** Whether two hold the same labels, whatever their order. */
export function isSameMetadata(one: Metadata, other: Metadata): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
  );
}
