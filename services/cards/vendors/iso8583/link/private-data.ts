/**
 * Fields 48 and 120 of this link: elements of two letters, three digits of length and a value, one after the other.
 * ISO 8583 leaves both to the parties; this is a common way to fill them.
 */

/** Elements by their two letters. */
export type PrivateData = Readonly<Partial<Record<string, string>>>;

/** Thrown for what is no sequence of elements. */
export class PrivateDataError extends Error {
  override readonly name = "PrivateDataError";
}

/** Writes elements; those that are undefined are left out. */
export function packPrivateData(data: PrivateData): string | undefined {
  const text = Object.entries(data)
    .flatMap(([tag, value]) => (value === undefined ? [] : [`${tag}${String(value.length).padStart(3, "0")}${value}`]))
    .join("");
  return text === "" ? undefined : text;
}

/** Reads elements. */
export function unpackPrivateData(text = ""): PrivateData {
  const data: Record<string, string> = {};
  for (let at = 0; at < text.length; ) {
    const head = /^([A-Z]{2})([0-9]{3})$/.exec(text.slice(at, at + 5));
    const value = text.slice(at + 5, at + 5 + Number(head?.[2]));
    if (head?.[1] === undefined || value.length !== Number(head[2])) {
      throw new PrivateDataError(`private data breaks off at character ${at}`);
    }
    data[head[1]] = value;
    at += 5 + value.length;
  }
  return data;
}
