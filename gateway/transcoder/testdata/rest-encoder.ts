/** The client's side of google.api.http, written from http.proto alone: for tests that go there and back. */
import type { DescField, DescMessage } from "@bufbuild/protobuf";

/** A message as ProtoJSON in lowerCamel names. */
export type JsonFields = Record<string, unknown>;

/** Fields of `message` as query parameters. What has no form there (messages in lists, free JSON) must be absent. */
export function encodeQuery(desc: DescMessage, message: JsonFields, prefix = ""): string[] {
  return desc.fields.flatMap((field) => {
    const value = message[field.jsonName];
    return value === undefined ? [] : encodeField(field, value, `${prefix}${field.jsonName}`);
  });
}

function encodeField(field: DescField, value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.map((item) => pair(name, item));
  if (field.fieldKind === "map")
    return Object.entries(fieldsOf(value)).map(([key, item]) => pair(`${name}[${key}]`, item));
  if (typeof value === "object" && field.message) return encodeQuery(field.message, fieldsOf(value), `${name}.`);
  return [pair(name, value)];
}

function pair(name: string, value: unknown): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(String(value)).replaceAll("%20", "+")}`;
}

/** The value of a variable of one segment: all but `[-_.~0-9a-zA-Z]` is encoded. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

function fieldsOf(value: unknown): JsonFields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
