/** Free JSON: google.protobuf.Struct, Value and ListValue. */
import { type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { ExactNumber, isJsonArray, isJsonObject, type Json } from "./json-value.ts";
import type { Parsed } from "./numbers.ts";
import { stringFromText } from "./scalars.ts";

const freeTypes: ReadonlySet<string> = new Set([
  "google.protobuf.Struct",
  "google.protobuf.Value",
  "google.protobuf.ListValue",
]);

// A level of JSON is at most three messages: Value, Struct or ListValue, and the Value within.
const messagesPerLevel = 3;

/** True for a type that holds any JSON. */
export function isFreeJson(desc: DescMessage): boolean {
  return freeTypes.has(desc.typeName);
}

/** Reads free JSON. Numbers become doubles, as struct.proto has it. */
export function freeJsonToMessage(
  desc: DescMessage,
  json: Json,
  rules: { readonly refuseNul: boolean; readonly maxDepth: number },
): Parsed<ReflectMessage> {
  if (desc.typeName === "google.protobuf.Struct" && !isJsonObject(json)) return { problem: "expected an object" };
  if (desc.typeName === "google.protobuf.ListValue" && !isJsonArray(json)) return { problem: "expected an array" };
  const plain = toPlain(json, rules.refuseNul);
  if ("problem" in plain) return plain;
  return { value: reflect(desc, fromJson(desc, plain.value, { recursionLimit: rules.maxDepth * messagesPerLevel })) };
}

function toPlain(json: Json, refuseNul: boolean): Parsed<JsonValue> {
  if (typeof json === "string") return stringFromText(json, refuseNul);
  if (typeof json === "number" || json instanceof ExactNumber) {
    const value = typeof json === "number" ? json : Number(json.source);
    return Number.isFinite(value) ? { value } : { problem: "out of the range of double" };
  }
  if (json === null || typeof json === "boolean") return { value: json };
  if (isJsonArray(json)) return listToPlain(json, refuseNul);
  const entries: [string, JsonValue][] = [];
  for (const key of Object.keys(json)) {
    const name = mapKeyProblem(key) ?? stringFromText(key, refuseNul);
    if ("problem" in name) return name;
    const value = toPlain(json[key] ?? null, refuseNul);
    if ("problem" in value) return value;
    entries.push([key, value.value]);
  }
  return { value: Object.fromEntries(entries) };
}

function listToPlain(items: readonly Json[], refuseNul: boolean): Parsed<JsonValue> {
  const list: JsonValue[] = [];
  for (const item of items) {
    const value = toPlain(item, refuseNul);
    if ("problem" in value) return value;
    list.push(value.value);
  }
  return { value: list };
}

/** A key that would set a prototype in code that copies maps by assignment is refused here, for all code behind. */
export function mapKeyProblem(key: string): { readonly problem: string } | undefined {
  return key === "__proto__" ? { problem: 'the key "__proto__" is not allowed' } : undefined;
}
