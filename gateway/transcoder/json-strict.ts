/**
 * A JSON reader of our own, for the few texts that JSON.parse of Node 24 and 26 can misread: where an object was parsed
 * before that has a key `\`, a key that begins with an escape may come back as `\` too (nodejs/node#63785). One client's
 * body would then change what another's says.
 */
import { endOfString } from "./json-scan.ts";
import type { Json } from "./json-value.ts";

const blank = /[ \t\n\r]*/y;
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words: readonly (readonly [word: string, value: null | boolean])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

/**
 * Reads a text as JSON.parse should (RFC 8259). Recursive: the text was scanned for its depth.
 *
 * @param toNumber makes a number of what was written
 * @throws SyntaxError that tells the position as JSON.parse does
 */
export function parseStrictly(text: string, toNumber: (source: string) => Json): Json {
  let at = 0;
  const json = readValue();
  if (at < text.length) fail();
  return json;

  /** A value with the blanks around it. */
  function readValue(): Json {
    skipBlanks();
    const value = readBare();
    skipBlanks();
    return value;
  }

  function readBare(): Json {
    const char = text[at];
    if (char === "{") return readObject();
    if (char === "[") return readArray();
    if (char === '"') return readString();
    for (const [word, value] of words) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return value;
      }
    }
    const source = match(numberToken);
    return source === "" ? fail() : toNumber(source);
  }

  function readObject(): Json {
    const entries: [string, Json][] = [];
    readItems("}", () => {
      skipBlanks();
      const key = text[at] === '"' ? readString() : fail();
      skipBlanks();
      take(":");
      entries.push([key, readValue()]);
    });
    // Own properties of every key, `__proto__` included.
    return Object.fromEntries(entries);
  }

  function readArray(): Json {
    const items: Json[] = [];
    readItems("]", () => items.push(readValue()));
    return items;
  }

  function readItems(close: string, readItem: () => void): void {
    at++;
    skipBlanks();
    if (text[at] !== close) {
      readItem();
      while (text[at] === ",") {
        at++;
        readItem();
      }
    }
    take(close);
  }

  function readString(): string {
    const start = at;
    at = endOfString(text, start) + 1;
    try {
      const value: unknown = JSON.parse(text.slice(start, at));
      if (typeof value === "string") return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    at = start;
    return fail();
  }

  function skipBlanks(): void {
    match(blank);
  }

  function match(token: RegExp): string {
    token.lastIndex = at;
    const found = token.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  }

  function take(char: string): void {
    if (text[at] !== char) fail();
    at++;
  }

  function fail(): never {
    throw new SyntaxError(`unexpected token at position ${at}`);
  }
}
