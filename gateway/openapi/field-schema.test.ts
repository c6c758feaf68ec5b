import { Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, it } from "vitest";
import { FieldBehavior } from "#gen/google/api/field_behavior_pb.js";
import type { Schema } from "./openapi.ts";
import type { Printing } from "./printing.ts";
import { createIsRequired } from "./required-fields.ts";
import { createSchemaBook } from "./schema-book.ts";
import { type Form, wholeShapes } from "./shape.ts";
import { type FieldInit, filesWith, sampleOf } from "./testdata/message.ts";

/** The schema of a message with the one field, as a server or a client writes it. */
function schemaWith(field: FieldInit, form: Form, printing: Printing = {}): Schema {
  const files = filesWith({ a_field: field });
  const rules = { isRequired: createIsRequired(files), printing, ignoreUnknownFields: false, conventions: {} };
  const book = createSchemaBook(rules, new Set());
  book.message(sampleOf(files), wholeShapes[form]);
  return book.schemas()["test.v1.Sample"] ?? {};
}

const colour = { $ref: "#/components/schemas/test.v1.Colour" };

const int64Pattern = "^-?[0-9]{1,19}$";
const safe = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const notFinite = { type: "string", enum: ["NaN", "Infinity", "-Infinity"] } as const;
const message = (typeName: string): FieldInit => ({ type: "MESSAGE", typeName });

/** What a server writes, and what a client may where that is more. */
const types: readonly [name: string, field: FieldInit, written: Schema, read?: Schema][] = [
  ["a string", { type: "STRING" }, { type: "string" }],
  ["a bool", { type: "BOOL" }, { type: "boolean" }],
  [
    "an int32",
    { type: "INT32" },
    { type: "integer", format: "int32" },
    { type: "integer", format: "int32", minimum: -2147483648, maximum: 2147483647 },
  ],
  [
    "a uint32",
    { type: "UINT32" },
    { type: "integer", format: "uint32", minimum: 0 },
    { type: "integer", format: "uint32", minimum: 0, maximum: 4294967295 },
  ],
  [
    "an int64",
    { type: "INT64" },
    { type: "string", format: "int64", pattern: int64Pattern },
    { type: ["string", "integer"], format: "int64", pattern: int64Pattern, ...safe },
  ],
  [
    "a uint64",
    { type: "UINT64" },
    { type: "string", format: "uint64", pattern: "^[0-9]{1,20}$" },
    { type: ["string", "integer"], format: "uint64", pattern: "^[0-9]{1,20}$", ...safe, minimum: 0 },
  ],
  ["a double", { type: "DOUBLE" }, { anyOf: [{ type: "number", format: "double" }, notFinite] }],
  [
    "bytes",
    { type: "BYTES" },
    { type: "string", contentEncoding: "base64" },
    { type: "string", contentEncoding: "base64", pattern: expect.any(String) },
  ],
  [
    "an enum",
    { type: "ENUM", typeName: "test.v1.Colour" },
    colour,
    { anyOf: [colour, { type: "integer", enum: [0, 1, 2] }] },
  ],
  ["a list", { type: "STRING", isRepeated: true }, { type: "array", items: { type: "string" } }],
  [
    "a Timestamp",
    message("google.protobuf.Timestamp"),
    { type: "string", format: "date-time" },
    { type: "string", format: "date-time", pattern: expect.any(String) },
  ],
  ["a wrapper", message("google.protobuf.BoolValue"), { type: ["boolean", "null"] }],
  [
    "a wrapper of 64 bits",
    message("google.protobuf.Int64Value"),
    { type: ["string", "null"], format: "int64", pattern: int64Pattern },
    { type: ["string", "integer", "null"], format: "int64", pattern: int64Pattern, ...safe },
  ],
  [
    "a wrapper of a double",
    message("google.protobuf.DoubleValue"),
    { anyOf: [{ type: "number", format: "double" }, notFinite, { type: "null" }] },
  ],
  ["a Struct", message("google.protobuf.Struct"), { type: "object", additionalProperties: true }],
  ["an Any", message("google.protobuf.Any"), { $ref: "#/components/schemas/google.protobuf.Any" }],
  ["a message in itself", message("test.v1.Sample"), { $ref: "#/components/schemas/test.v1.Sample" }],
];

describe("a field's type becomes", () => {
  it.each(types)("%s", (_, field, written, read = written) => {
    expect(schemaWith(field, "output").properties).toEqual({ aField: written });
    expect(schemaWith(field, "input").properties).toEqual({ aField: read });
  });
});

describe("who writes it decides", () => {
  it("that an answer has what has no presence, and a request no more than there is", () => {
    expect(schemaWith({ type: "STRING" }, "output")).toMatchObject({ required: ["aField"] });
    expect(schemaWith({ type: "STRING" }, "output").additionalProperties).toBeUndefined();
    expect(schemaWith({ type: "STRING" }, "input")).toMatchObject({ additionalProperties: false });
    expect(schemaWith({ type: "STRING" }, "input").required).toBeUndefined();
  });

  it("that rules bind the client alone", () => {
    const field = string({ type: { case: "string", value: { minLen: 1n } } });
    expect(schemaWith(field, "output").properties).toEqual({ aField: { type: "string" } });
  });

  it("that answers alone follow the options of printing", () => {
    const printing = { protoNames: true, enumNumbers: true, defaults: false };
    const field: FieldInit = { type: "ENUM", typeName: "test.v1.Colour" };
    const schema = schemaWith(field, "output", printing);
    expect(schema.properties).toEqual({ a_field: { $ref: "#/components/schemas/test.v1.ColourNumber" } });
    expect(schema.required).toBeUndefined();
    expect(schemaWith(field, "input", printing).properties).toHaveProperty("aField");
  });
});

const string = (value: NonNullable<FieldInit["rules"]>): FieldInit => ({ type: "STRING", rules: value });

const rules: readonly [name: string, field: FieldInit, schema: Schema, isRequired: boolean][] = [
  [
    "lengths",
    string({ type: { case: "string", value: { minLen: 1n, maxLen: 9n } } }),
    { type: "string", minLength: 1, maxLength: 9 },
    true,
  ],
  [
    "a pattern that takes nothing",
    string({ type: { case: "string", value: { pattern: "^a*$" } } }),
    { type: "string", pattern: "^a*$" },
    false,
  ],
  [
    "a pattern that needs something",
    string({ type: { case: "string", value: { pattern: "^a+$" } } }),
    { type: "string", pattern: "^a+$" },
    true,
  ],
  [
    "a pattern of RE2 alone",
    string({ type: { case: "string", value: { pattern: "^(?i:a)\\z|^$" } } }),
    { type: "string", description: "Matches the RE2 pattern `^(?i:a)\\z|^$`." },
    false,
  ],
  [
    "a UUID",
    string({ type: { case: "string", value: { wellKnown: { case: "uuid", value: true } } } }),
    { type: "string", format: "uuid" },
    true,
  ],
  [
    "an email address or nothing",
    string({
      ignore: Ignore.IF_ZERO_VALUE,
      type: { case: "string", value: { wellKnown: { case: "email", value: true } } },
    }),
    { type: "string", anyOf: [{ const: "" }, { format: "email" }] },
    false,
  ],
  [
    "rules that are ignored",
    string({ ignore: Ignore.ALWAYS, type: { case: "string", value: { minLen: 1n } } }),
    { type: "string" },
    false,
  ],
  [
    "bounds of an int32, exclusive ones too",
    {
      type: "INT32",
      rules: {
        type: { case: "int32", value: { greaterThan: { case: "gt", value: 0 }, lessThan: { case: "lte", value: 9 } } },
      },
    },
    { type: "integer", format: "int32", minimum: 1, maximum: 9 },
    true,
  ],
  [
    "bounds of an int64, in words",
    { type: "INT64", rules: { type: { case: "int64", value: { greaterThan: { case: "gte", value: 0n } } } } },
    {
      type: ["string", "integer"],
      format: "int64",
      pattern: "^[0-9]{1,20}$",
      ...safe,
      minimum: 0,
      description: "At least 0.",
    },
    false,
  ],
  [
    "an enum less a value",
    { type: "ENUM", typeName: "test.v1.Colour", rules: { type: { case: "enum", value: { notIn: [0] } } } },
    {
      anyOf: [
        { type: "string", enum: ["COLOUR_RED", "COLOUR_BLUE"] },
        { type: "integer", enum: [1, 2] },
      ],
    },
    true,
  ],
  [
    "numbers of items",
    { type: "STRING", isRepeated: true, rules: { type: { case: "repeated", value: { minItems: 1n, maxItems: 2n } } } },
    { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 },
    true,
  ],
];

describe("rules of the contract become", () => {
  it.each(rules)("%s", (_, field, schema, isRequired) => {
    const { properties, required } = schemaWith(field, "input");
    expect(properties).toEqual({ aField: schema });
    expect(required).toEqual(isRequired ? ["aField"] : undefined);
  });
});

describe("what else the contract says of a field", () => {
  it("output-only is read-only, and never required", () => {
    const behavior = [FieldBehavior.OUTPUT_ONLY, FieldBehavior.REQUIRED];
    const schema = schemaWith({ type: "STRING", behavior }, "input");
    expect(schema.properties).toEqual({ aField: { type: "string", readOnly: true } });
    expect(schema.required).toBeUndefined();
  });
});
