import { Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { describe, expect, it } from "vitest";
import { FieldBehavior } from "#gen/google/api/field_behavior_pb.js";
import { Sensitivity } from "#gen/malla/options/v1/options_pb.js";
import type { Schema } from "./openapi.ts";
import { createIsRequired } from "./required-fields.ts";
import { createSchemaBook } from "./schema-book.ts";
import { type FieldInit, filesWith, sampleOf } from "./testdata/message.ts";

/** The schema of a message with the one field. */
function schemaWith(field: FieldInit): Schema {
  const files = filesWith({ a_field: field });
  const book = createSchemaBook(createIsRequired(files));
  book.message(sampleOf(files));
  return book.schemas()["test.v1.Sample"] ?? {};
}

const colour = { $ref: "#/components/schemas/test.v1.Colour" };

const types: readonly [name: string, field: FieldInit, schema: Schema][] = [
  ["a string", { type: "STRING" }, { type: "string" }],
  ["a bool", { type: "BOOL" }, { type: "boolean" }],
  ["an int32", { type: "INT32" }, { type: "integer", format: "int32" }],
  ["a uint32", { type: "UINT32" }, { type: "integer", format: "uint32", minimum: 0, maximum: 4294967295 }],
  ["an int64", { type: "INT64" }, { type: "string", format: "int64", pattern: "^-?[0-9]{1,19}$" }],
  ["a uint64", { type: "UINT64" }, { type: "string", format: "uint64", pattern: "^[0-9]{1,20}$" }],
  ["bytes", { type: "BYTES" }, { type: "string", contentEncoding: "base64" }],
  ["an enum", { type: "ENUM", typeName: "test.v1.Colour" }, colour],
  ["a list", { type: "STRING", isRepeated: true }, { type: "array", items: { type: "string" } }],
  ["a Timestamp", { type: "MESSAGE", typeName: "google.protobuf.Timestamp" }, { type: "string", format: "date-time" }],
  ["a wrapper", { type: "MESSAGE", typeName: "google.protobuf.BoolValue" }, { type: ["boolean", "null"] }],
  [
    "a wrapper of 64 bits",
    { type: "MESSAGE", typeName: "google.protobuf.Int64Value" },
    { type: ["string", "null"], format: "int64", pattern: "^-?[0-9]{1,19}$" },
  ],
  ["a Struct", { type: "MESSAGE", typeName: "google.protobuf.Struct" }, { type: "object", additionalProperties: true }],
  [
    "an Any",
    { type: "MESSAGE", typeName: "google.protobuf.Any" },
    { $ref: "#/components/schemas/google.protobuf.Any" },
  ],
  [
    "a message in itself",
    { type: "MESSAGE", typeName: "test.v1.Sample" },
    { $ref: "#/components/schemas/test.v1.Sample" },
  ],
];

describe("a field's type becomes", () => {
  it.each(types)("%s", (_, field, schema) => {
    expect(schemaWith(field).properties).toEqual({ aField: schema });
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
    { type: "string", format: "int64", pattern: "^[0-9]{1,20}$", description: "At least 0." },
    false,
  ],
  [
    "an enum less a value",
    { type: "ENUM", typeName: "test.v1.Colour", rules: { type: { case: "enum", value: { notIn: [0] } } } },
    { type: "string", enum: ["COLOUR_RED", "COLOUR_BLUE"] },
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
    const { properties, required } = schemaWith(field);
    expect(properties).toEqual({ aField: schema });
    expect(required).toEqual(isRequired ? ["aField"] : undefined);
  });
});

describe("what else the contract says of a field", () => {
  it("output-only is read-only, and never required", () => {
    const behavior = [FieldBehavior.OUTPUT_ONLY, FieldBehavior.REQUIRED];
    const schema = schemaWith({ type: "STRING", behavior });
    expect(schema.properties).toEqual({ aField: { type: "string", readOnly: true } });
    expect(schema.required).toBeUndefined();
  });

  it("sensitivity is an extension", () => {
    const schema = schemaWith({ type: "STRING", sensitivity: Sensitivity.PII });
    expect(schema.properties).toEqual({ aField: { type: "string", "x-sensitivity": "PII" } });
  });
});
