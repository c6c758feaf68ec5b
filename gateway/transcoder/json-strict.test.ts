import fc from "fast-check";
import { expect, test } from "vitest";
import { parseStrictly } from "./json-strict.ts";
import { readJson } from "./json-text.ts";

test("what JSON.parse reads is read the same, white space and all", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t", "\r\n"), (value, space) => {
      // Keys with escapes are what JSON.parse is not sure of.
      const text = JSON.stringify(value, undefined, space);
      fc.pre(!/\\[^"]*"\s*:/.test(text));
      expect(parseStrictly(text, Number)).toEqual(JSON.parse(text));
    }),
  );
});

test("what JSON.parse refuses is refused", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"',
    "\\",
    "1",
    "-",
    "01",
    "1.",
    "e5",
    "nul",
    "null",
    "true",
    " ",
    "\n",
    "\u00a0",
    "\ufeff",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      expect(outcomeOf(() => parseStrictly(text, Number))).toEqual(outcomeOf(() => JSON.parse(text)));
    }),
    { numRuns: 3000 },
  );
});

function outcomeOf(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError) return "no JSON";
    throw error;
  }
}

test.for(['"', "\n", "\r", "\f", "\b", "\\", "/", 'a"', "é\n"])(
  "a key %j is what it says, whatever keys came before",
  (key) => {
    // nodejs/node#63785: the first text used to change how the second was read.
    const read = (text: string) => readJson(Buffer.from(text), 100, 1000);
    read('{"first":1,"\\\\":2}');
    read(JSON.stringify({ first: 1, [`${key}\\`]: 2 }));
    expect(read(JSON.stringify({ first: 1, [key]: 2 }))).toEqual({ first: 1, [key]: 2 });
  },
);

test("__proto__ is a key like any, and a wide number keeps its digits", () => {
  const json = readJson(Buffer.from('{"\\u005f_proto__":{"a":12345678901234567890}}'), 100, 1000);
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
  expect(Object.keys(Object(json))).toEqual(["__proto__"]);
  expect(JSON.stringify(json)).toContain("12345678901234567890");
});
