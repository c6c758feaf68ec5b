/** The types of google.protobuf, which ProtoJSON writes in forms of their own. */
import type { DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { nullable } from "./nullable.ts";
import type { Schema } from "./openapi.ts";
import { scalarSchema } from "./scalar-schema.ts";
import type { Form } from "./shape.ts";

// Names in lowerCamel or snake_case: others cannot be written back as ProtoJSON.
const name = "[a-z](?:[a-zA-Z0-9]*|[a-z0-9]*(?:_[a-z][a-z0-9]*)*)";
const path = `${name}(?:\\.${name})*`;

const schemas: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ["google.protobuf.Timestamp", { type: "string", format: "date-time" }],
  [
    "google.protobuf.Duration",
    {
      type: "string",
      pattern: "^-?[0-9]{1,12}(?:\\.[0-9]{1,9})?s$",
      description: "Seconds with up to nine decimals and an s.",
      examples: ["1.5s"],
    },
  ],
  [
    "google.protobuf.FieldMask",
    { type: "string", description: 'Field paths separated by commas, such as "displayName,price.amount".' },
  ],
  ["google.protobuf.Empty", { type: "object", description: "Nothing: an empty object." }],
  ["google.protobuf.Struct", { type: "object", additionalProperties: true }],
  ["google.protobuf.Value", { description: "Any JSON value." }],
  ["google.protobuf.ListValue", { type: "array", items: {} }],
]);

/** What the reader asks beyond what the writer writes. */
const inputPatterns: ReadonlyMap<string, string> = new Map([
  // RFC 3339 in capitals, without leap seconds, from the year 1 on.
  [
    "google.protobuf.Timestamp",
    "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$",
  ],
  // duration.proto: at most 10,000 years, which no pattern says exactly.
  ["google.protobuf.Duration", "^-?[0-9]{1,11}(?:\\.[0-9]{1,9})?s$"],
  ["google.protobuf.FieldMask", `^(?:(?:\\*|${path})(?:,(?:\\*|${path}))*)?$`],
]);

/** A message with its type named, as google.protobuf.Any writes it. `{}` is an Any that holds nothing. */
export const anySchema: Schema = {
  type: "object",
  description: "A message of the type that `@type` names, its fields beside it. `{}` holds nothing.",
  properties: {
    "@type": { type: "string", description: 'Type URL, such as "type.googleapis.com/google.protobuf.Duration".' },
  },
  additionalProperties: true,
  examples: [{ "@type": "type.googleapis.com/google.protobuf.Duration", value: "1.5s" }],
};

/** The schema of a well-known type; undefined for a message that is an object of its fields. */
export function wellKnownSchema(message: DescMessage, form: Form): Schema | undefined {
  const wrapped = isWrapperDesc(message) ? message.fields[0].scalar : undefined;
  if (wrapped !== undefined) {
    const schema = scalarSchema(wrapped, form);
    return form === "text" ? schema : nullable(schema);
  }
  const schema = schemas.get(message.typeName);
  if (message.typeName === "google.protobuf.Empty" && form !== "output")
    return { ...schema, additionalProperties: false };
  const pattern = form === "output" ? undefined : inputPatterns.get(message.typeName);
  return schema === undefined || pattern === undefined ? schema : { ...schema, pattern };
}
