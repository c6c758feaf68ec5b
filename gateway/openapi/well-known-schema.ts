/** The types of google.protobuf, which ProtoJSON writes in forms of their own. */
import type { DescMessage } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { nullable } from "./nullable.ts";
import type { Schema } from "./openapi.ts";
import { scalarSchema } from "./scalar-schema.ts";

const schemas: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ["google.protobuf.Timestamp", { type: "string", format: "date-time" }],
  [
    "google.protobuf.Duration",
    {
      type: "string",
      pattern: "^-?[0-9]{1,12}(?:\\.[0-9]{1,9})?s$",
      description: 'Seconds with up to nine decimals and an s, such as "1.5s".',
    },
  ],
  [
    "google.protobuf.FieldMask",
    { type: "string", description: 'Field paths separated by commas, such as "email,naturalPerson.givenName".' },
  ],
  ["google.protobuf.Struct", { type: "object", additionalProperties: true }],
  ["google.protobuf.Value", { description: "Any JSON value." }],
  ["google.protobuf.ListValue", { type: "array", items: {} }],
  ["google.protobuf.Empty", { type: "object" }],
]);

/** A message with its type named, as google.protobuf.Any writes it. */
export const anySchema: Schema = {
  type: "object",
  description: "A message of the type that `@type` names, its fields beside it.",
  properties: {
    "@type": { type: "string", description: 'Type URL, such as "type.googleapis.com/malla.type.v1.Money".' },
  },
  required: ["@type"],
  additionalProperties: true,
};

/** The schema of a well-known type; undefined for a message that is an object of its fields. */
export function wellKnownSchema(message: DescMessage): Schema | undefined {
  const wrapped = isWrapperDesc(message) ? message.fields[0].scalar : undefined;
  return wrapped === undefined ? schemas.get(message.typeName) : nullable(scalarSchema(wrapped));
}
