/**
 * Rows of a file as OFAC publishes it: a row is a line, fields are in double quotes or bare, "-0-" is nothing, a lone 0x1A
 * may end the file. Since no field has a line break, a broken quote costs its own row and no other.
 */
import { type FileBytes, ListUnreadable, MAX_FILE_BYTES } from "./read-list.ts";

/** A row, or why a line is none. */
export type CsvRow =
  | { readonly kind: "row"; readonly line: number; readonly fields: readonly string[] }
  | { readonly kind: "malformed"; readonly line: number; readonly what: string };

/** The longest line published has about 2,000 bytes. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const END_OF_FILE = "\u001a";

/** Reads rows; `columns` is how many fields each must have. */
export async function* readCsvRows(bytes: FileBytes, columns: number): AsyncGenerator<CsvRow> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 0;
  for await (const raw of linesOf(bytes)) {
    line++;
    if (raw === undefined) {
      yield { kind: "malformed", line, what: `longer than ${MAX_LINE_BYTES} bytes` };
      continue;
    }
    const text = decode(decoder, raw);
    if (text === undefined) {
      yield { kind: "malformed", line, what: "not UTF-8" };
    } else if (text.trim() !== "" && text.trim() !== END_OF_FILE) {
      yield parseRow(text.replace(/\r$/, ""), line, columns);
    }
  }
}

function decode(decoder: { decode(bytes: Uint8Array): string }, raw: Uint8Array): string | undefined {
  try {
    return decoder.decode(raw);
  } catch (error) {
    if (error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/** Lines without their end; undefined for one that is too long. */
async function* linesOf(bytes: FileBytes): AsyncGenerator<Uint8Array | undefined> {
  let total = 0;
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > MAX_FILE_BYTES) {
      throw new ListUnreadable(`larger than ${MAX_FILE_BYTES} bytes`);
    }
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const length = restBytes + end - start;
      yield length > MAX_LINE_BYTES ? undefined : Buffer.concat([...rest, chunk.subarray(start, end)]);
      [rest, restBytes, start] = [[], 0, end + 1];
    }
    restBytes += chunk.length - start;
    if (restBytes <= MAX_LINE_BYTES) {
      rest.push(chunk.subarray(start));
    }
  }
  if (restBytes > 0) {
    yield restBytes > MAX_LINE_BYTES ? undefined : Buffer.concat(rest);
  }
}

function parseRow(text: string, line: number, columns: number): CsvRow {
  const fields: string[] = [];
  let at = 0;
  while (at <= text.length) {
    const field = text[at] === '"' ? quoted(text, at) : bare(text, at);
    if (field === undefined) {
      return {
        kind: "malformed",
        line,
        what: `field ${fields.length + 1} has a quote that does not end with the field`,
      };
    }
    fields.push(field.value);
    at = field.end + 1;
  }
  return fields.length === columns
    ? { kind: "row", line, fields }
    : { kind: "malformed", line, what: `${fields.length} fields in place of ${columns}` };
}

interface Field {
  readonly value: string;
  /** Where the comma or the end of the row is. */
  readonly end: number;
}

function bare(text: string, at: number): Field | undefined {
  const comma = text.indexOf(",", at);
  const end = comma < 0 ? text.length : comma;
  const value = text.slice(at, end).trim();
  return value.includes('"') ? undefined : { value: value === "-0-" ? "" : value, end };
}

function quoted(text: string, at: number): Field | undefined {
  let value = "";
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] !== '"') {
      value += text[i];
    } else if (text[i + 1] === '"') {
      value += '"';
      i++;
    } else {
      const after = /^ *(?=,|$)/.exec(text.slice(i + 1));
      return after === null ? undefined : { value: value.trim(), end: i + 1 + after[0].length };
    }
  }
  return undefined;
}
