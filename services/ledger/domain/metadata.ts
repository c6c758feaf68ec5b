/** Free labels that callers keep with accounts and transfers. */
export type Metadata = Readonly<Record<string, string>>;

/** No labels; one object, since most transfers have none. */
export const NO_METADATA: Metadata = Object.freeze({});

/** Whether there are no labels. */
export function isEmptyMetadata(metadata: Metadata): boolean {
  if (metadata === NO_METADATA) {
    return true;
  }
  for (const _ in metadata) {
    return false;
  }
  return true;
}

/** Whether two hold the same labels, whatever their order. */
export function isSameMetadata(one: Metadata, other: Metadata): boolean {
  if (one === other) {
    return true;
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
  );
}
