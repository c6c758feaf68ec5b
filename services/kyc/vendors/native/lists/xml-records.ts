/** Records of a large XML file, one after another: each as a small tree, the rest of the file never in memory. */
import { SaxesParser } from "saxes";
import { type FileBytes, ListUnreadable, MAX_FILE_BYTES } from "./read-list.ts";

/** An element with its text and its children, in order. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** A record and the line that it begins on. */
export interface XmlRecord {
  readonly line: number;
  readonly element: XmlElement;
}

/** Deeper or larger than any record of a list is an attack or another file. */
const MAX_DEPTH = 16;
const MAX_RECORD_CHARACTERS = 2 * 1024 * 1024;

interface Growing {
  readonly name: string;
  readonly line: number;
  text: string;
  readonly children: XmlElement[];
}

/**
 * Reads the elements of given names, wherever they stand.
 *
 * @param root name that the whole must have, so that another file is not read as an empty list
 * @throws ListUnreadable where it is no such XML: its end cannot be guessed, so no part of it is used
 */
export async function* readXmlRecords(
  bytes: FileBytes,
  root: string,
  records: ReadonlySet<string>,
): AsyncGenerator<XmlRecord> {
  const reading = openReading(root, records);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > MAX_FILE_BYTES) {
      throw new ListUnreadable(`larger than ${MAX_FILE_BYTES} bytes`);
    }
    reading.write(() => decoder.decode(chunk, { stream: true }));
    yield* reading.take();
  }
  reading.write(() => decoder.decode());
  reading.close();
  yield* reading.take();
}

function openReading(root: string, records: ReadonlySet<string>) {
  const parser = new SaxesParser();
  const done: XmlRecord[] = [];
  let depth = 0;
  let sawRoot = false;
  let size = 0;
  const path: Growing[] = [];
  parser.on("error", (error) => {
    throw new ListUnreadable(error.message);
  });
  parser.on("doctype", () => {
    throw new ListUnreadable("has a document type, which no list has and attacks need");
  });
  parser.on("opentag", ({ name }) => {
    if (depth++ === 0 && name !== root) {
      throw new ListUnreadable(`is a <${name}>, not a <${root}>`);
    }
    sawRoot = true;
    if (depth > MAX_DEPTH) {
      throw new ListUnreadable(`line ${parser.line}: elements more than ${MAX_DEPTH} deep`);
    }
    if (path.length > 0 || records.has(name)) {
      size = path.length === 0 ? 0 : size;
      path.push({ name, line: parser.line, text: "", children: [] });
    }
  });
  parser.on("text", (text) => {
    const top = path.at(-1);
    size += text.length;
    if (top !== undefined) {
      if (size > MAX_RECORD_CHARACTERS) {
        throw new ListUnreadable(`line ${parser.line}: a record of more than ${MAX_RECORD_CHARACTERS} characters`);
      }
      top.text += text;
    }
  });
  parser.on("closetag", () => {
    depth--;
    const closed = path.pop();
    if (closed !== undefined) {
      const element = { name: closed.name, text: closed.text.trim(), children: closed.children };
      const parent = path.at(-1);
      if (parent === undefined) {
        done.push({ line: closed.line, element });
      } else {
        parent.children.push(element);
      }
    }
  });
  return {
    write(decode: () => string) {
      parser.write(decodeStrictly(decode));
    },
    close() {
      parser.close();
      if (!sawRoot) {
        throw new ListUnreadable("is empty");
      }
    },
    take: () => done.splice(0),
  };
}

function decodeStrictly(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    if (error instanceof TypeError) {
      throw new ListUnreadable("not UTF-8");
    }
    throw error;
  }
}

/** Texts of the children of a name that have any. */
export function textsOf(element: XmlElement, name: string): string[] {
  return childrenOf(element, name)
    .map(({ text }) => text)
    .filter((text) => text !== "");
}

/** Children of a name. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Text of the first child of a name; "" where there is none. */
export function textOf(element: XmlElement, name: string): string {
  return textsOf(element, name)[0] ?? "";
}
