/** A text that a schema of strings takes. */
import type { Schema } from "./openapi.ts";
import { samplePattern } from "./sample-pattern.ts";

// A UUIDv7, as the services make them.
const sampleId = "01980d5e-7b60-7c3a-9f4e-5a1c2b3d4e5f";

const samplesByFormat: Readonly<Record<string, string>> = {
  uuid: sampleId,
  email: "ana.souza@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  "uri-reference": "/",
  "date-time": "2026-01-31T12:00:00Z",
  int64: "1000",
  uint64: "1000",
};

/** A sample; undefined where nothing but the type is known, or the schema is beyond this. */
export function sampleText(schema: Schema): string | undefined {
  const { format, pattern } = schema;
  if (typeof schema.const === "string") return schema.const;
  const [example] = schema.examples ?? [];
  if (typeof example === "string") return example;
  const member = schema.enum?.find((each) => typeof each === "string" && !each.endsWith("_UNSPECIFIED"));
  if (typeof member === "string") return member;
  if (schema.contentEncoding !== undefined) return sampleBytes(schema);
  if (format !== undefined) return samplesByFormat[format];
  if (pattern !== undefined) return idOf(pattern) ?? samplePattern(pattern);
  const constrained = schema.anyOf?.map(sampleText).find((text) => text !== undefined && text !== "");
  if (constrained !== undefined) return constrained;
  return schema.minLength === undefined ? undefined : "sample".padEnd(schema.minLength, "-").slice(0, schema.maxLength);
}

/** A greeting in base64, as long as it has to be. */
function sampleBytes({ minLength = 0 }: Schema): string {
  return Buffer.from("hello".padEnd(Math.floor((minLength * 3) / 4), ".")).toString("base64");
}

/** Where an id fits, an id: `customers/01980d5e-…` reads better than `customers/1`. */
function idOf(pattern: string): string | undefined {
  const [, collections = ""] = /^\^((?:[a-zA-Z]+\/)*)/.exec(pattern) ?? [];
  const text = `${collections}${sampleId}`;
  return new RegExp(pattern, "u").test(text) ? text : undefined;
}
