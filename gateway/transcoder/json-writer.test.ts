/** What is written of answers, measured against protobuf-es: the same text, but for what ProtoJSON leaves open. */
import {
  create,
  type DescMessage,
  fromJson,
  type JsonValue,
  type Message,
  setExtension,
  toJson,
} from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planMessages } from "./message-writer.ts";
import { writeFloat } from "./number-text.ts";
import type { Printing } from "./options.ts";
import { arbitraryMessage } from "./testdata/arbitrary-message.ts";
import { messageNamed, shelfFiles, testRegistry } from "./testdata/load.ts";
import { parseJson } from "./testdata/parse-json.ts";

const chest = messageNamed("attic.v1.Chest");
const everything = messageNamed("shelf.v1.Everything");

function write(desc: DescMessage, message: Message, printing: Printing = {}): string {
  return planMessages(testRegistry, printing).message(desc)(message);
}

/** Floats and -0 are written otherwise than by protobuf-es: as the shortest text of the same value. */
function withPlainNumbers(text: string): string {
  return JSON.stringify(parseJson(text), (key, value: unknown) =>
    typeof value === "number" && /^float/.test(key) ? Math.fround(value) + 0 : value === 0 ? 0 : value,
  );
}

const printings: Printing[] = [{}, { omitDefaults: true }, { protoNames: true }, { enumsAsNumbers: true }];

test.for(["shelf.v1.Everything", "shelf.v1.Book", "attic.v1.Chest"])("any %s is written as by toJson", (name) => {
  const desc = messageNamed(name);
  fc.assert(
    fc.property(arbitraryMessage(desc), fc.constantFrom(...printings), (message, printing) => {
      const reference = toJson(desc, message, {
        registry: testRegistry,
        alwaysEmitImplicit: printing.omitDefaults !== true,
        useProtoFieldName: printing.protoNames ?? false,
        enumAsInteger: printing.enumsAsNumbers ?? false,
      });
      expect(withPlainNumbers(write(desc, message, printing))).toBe(withPlainNumbers(JSON.stringify(reference)));
    }),
    { numRuns: 400 },
  );
});

test("a float is written by as few digits as name it, of six or more", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = writeFloat(value);
      expect(Object.is(Math.fround(Number(text)), value)).toBe(true);
      expect(text.length).toBeLessThanOrEqual(Object.is(value, -0) ? 2 : `${value}`.length);
    }),
  );
  expect(
    [1.1, 0.1, 16777216, 3.4028234663852886e38, 1e-45, -2.25].map((each) => writeFloat(Math.fround(each))),
  ).toEqual(["1.1", "0.1", "16777216", "3.4028235e+38", "1.4013e-45", "-2.25"]);
});

interface Row {
  readonly clause: string;
  readonly json: JsonValue;
  readonly text: string;
}

const rows: Row[] = [
  {
    clause: "ProtoJSON: NaN and infinities are strings",
    json: { doubleValue: "NaN", floatValue: "-Infinity" },
    text: '{"floatValue":"-Infinity","doubleValue":"NaN"}',
  },
  { clause: "ProtoJSON: -0 is a value of its own", json: { doubleValue: -0 }, text: '{"doubleValue":-0}' },
  { clause: "ProtoJSON: an enum number without a name is a number", json: { color: 77 }, text: '{"color":77}' },
  {
    clause: "ProtoJSON: bytes in standard base64 with padding",
    json: { bytesValue: "-_8" },
    text: '{"bytesValue":"+/8="}',
  },
  { clause: "ProtoJSON: map keys are strings", json: { byBool: { true: "RED" } }, text: '{"byBool":{"true":"RED"}}' },
  { clause: "field_mask.proto: lowerCamel", json: { mask: "fooBar,a.bC" }, text: '{"mask":"fooBar,a.bC"}' },
  {
    clause: "timestamp.proto: 0, 3, 6 or 9 digits, Z",
    json: { time: "2024-02-29T23:59:59.120+01:00" },
    text: '{"time":"2024-02-29T22:59:59.120Z"}',
  },
  {
    clause: "timestamp.proto: four digits of a year",
    json: { time: "0001-01-01T00:00:00Z" },
    text: '{"time":"0001-01-01T00:00:00Z"}',
  },
  {
    clause: "wrappers.proto: as the value",
    json: { wrappedInt64: "0", choiceWrapped: "" },
    text: '{"wrappedInt64":"0","choiceWrapped":""}',
  },
  { clause: "struct.proto: NullValue is null", json: { nullValue: null, value: null }, text: '{"value":null}' },
];

test.for(rows)("$clause", ({ json, text }) => {
  const message = fromJson(everything, json, { registry: testRegistry });
  expect(write(everything, message, { omitDefaults: true })).toBe(text);
});

test("a path of a mask that lowerCamel cannot hold is written as it is", () => {
  const mask = messageNamed("google.protobuf.FieldMask");
  expect(write(mask, create(mask, { paths: ["line_1", "foo_bar"] } as Record<string, unknown>))).toBe(
    '"line_1,fooBar"',
  );
});

test("extensions are written under their names in brackets", () => {
  const message = create(chest, { name: "c" } as Record<string, unknown>);
  const extension = (name: string) => {
    const found = shelfFiles().getExtension(name);
    if (found === undefined) throw new Error(`there is no extension ${name}`);
    return found;
  };
  setExtension(message, extension("attic.v1.value_minor"), 5n);
  setExtension(message, extension("attic.v1.owners"), ["a", "b"]);
  setExtension(message, extension("attic.v1.Wax.seals"), [
    create(messageNamed("attic.v1.Label"), { text: "x" } as Record<string, unknown>),
  ]);
  const own = '"inlays":[],"inner":[],"labels":{}';
  const written = write(chest, message);
  expect(written).toBe(
    `{"name":"c",${own},"[attic.v1.value_minor]":"5","[attic.v1.owners]":["a","b"],"[attic.v1.Wax.seals]":[{"text":"x"}]}`,
  );
  expect(JSON.parse(written)).toEqual(toJson(chest, message, { registry: testRegistry, alwaysEmitImplicit: true }));
});

test("a number that is no JSON in a Struct or a Value is an error, never null", () => {
  const struct = create(everything, { struct: { a: [Number.NaN] } } as Record<string, unknown>);
  expect(() => write(everything, struct)).toThrow("NaN");
});
