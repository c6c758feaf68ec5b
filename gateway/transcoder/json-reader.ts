/** ProtoJSON into a message, field by field, noting every fault with its path instead of stopping at the first. */
import type { DescEnum, DescExtension, DescField, DescMessage } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { readAny } from "./any-json.ts";
import { readOtherMember } from "./extension-json.ts";
import { type FieldTree, findField } from "./field-path.ts";
import type { JsonPath } from "./json-path.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject, kindOf } from "./json-value.ts";
import { integerTextProblem, type Parsed } from "./numbers.ts";
import { jsonOfText, note, type Reading, type ValueType } from "./reading.ts";
import { enumFromJson, scalarFromJson } from "./scalars.ts";
import { freeJsonToMessage, isFreeJson, mapKeyProblem } from "./struct-json.ts";
import { isTextMessage, textMessageFromJson } from "./well-known.ts";

/**
 * Reads an object into a message.
 *
 * @param reserved fields the path binds: refused here, for two places must not decide the same thing
 */
export function readMessage(
  message: ReflectMessage,
  json: JsonObject,
  at: JsonPath | undefined,
  reading: Reading,
  reserved?: FieldTree,
): void {
  for (const key of Object.keys(json)) {
    const value = json[key] ?? null;
    const path: JsonPath = { parent: at, key };
    const field = findField(message.desc, key);
    if (field === undefined) {
      readOtherMember(message, key, value, path, reading);
    } else if (key !== field.jsonName && Object.hasOwn(json, field.jsonName)) {
      note(reading, "FIELD_REPEATED", path, `the field is given as "${field.jsonName}" too`);
    } else if (value !== null || acceptsNull(field)) {
      readField(message, field, value, path, reading, reserved?.get(field));
    }
  }
}

/** Sets one field. `null` is read by the few types that have it; for the others the caller leaves the field unset. */
export function readField(
  message: ReflectMessage,
  field: DescField,
  json: Json,
  at: JsonPath,
  reading: Reading,
  reserved?: FieldTree,
): void {
  if (reserved?.size === 0 && !reading.takesPathFields)
    note(reading, "PATH_AND_BODY_CONFLICT", at, "the path decides this field");
  else if (hasOtherMember(message, field, at, reading)) return;
  else if (field.fieldKind === "list") readList(message, field, json, at, reading);
  else if (field.fieldKind === "map") readMap(message, field, json, at, reading);
  else {
    const value = readValue(field, json, at, reading, reserved);
    if (value !== undefined) setField(message, field, value);
  }
}

/** A plain scalar is kept by protobuf-es as it is; all else is set as it wants it. */
function setField(message: ReflectMessage, field: DescField, value: unknown): void {
  const isPlain = field.fieldKind === "scalar" && field.oneof === undefined && !field.longAsString;
  if (isPlain) (message.message as unknown as Record<string, unknown>)[field.localName] = value;
  else message.set(field, value);
}

/** True, and noted, when another member of the field's oneof is set. */
export function hasOtherMember(message: ReflectMessage, field: DescField, at: JsonPath, reading: Reading): boolean {
  const other = field.oneof && message.oneofCase(field.oneof);
  if (other === undefined || other === field) return false;
  note(reading, "ONEOF_CONFLICT", at, `"${other.jsonName}" of the same oneof is given too`);
  return true;
}

function readList(
  message: ReflectMessage,
  field: DescField & { fieldKind: "list" },
  json: Json,
  at: JsonPath,
  reading: Reading,
): void {
  if (!isJsonArray(json)) {
    note(reading, "FIELD_TYPE_INVALID", at, `expected an array, got ${kindOf(json)}`);
    return;
  }
  const list = message.get(field);
  for (const [index, item] of json.entries()) {
    const value = readValue(field, item, { parent: at, key: index }, reading);
    if (value !== undefined) list.add(value);
  }
}

function readMap(
  message: ReflectMessage,
  field: DescField & { fieldKind: "map" },
  json: Json,
  at: JsonPath,
  reading: Reading,
): void {
  if (!isJsonObject(json)) {
    note(reading, "FIELD_TYPE_INVALID", at, `expected an object, got ${kindOf(json)}`);
    return;
  }
  for (const text of Object.keys(json)) {
    readMapEntry(message, field, text, json[text] ?? null, { parent: at, key: text, isMapKey: true }, reading);
  }
}

/** Sets one entry of a map. The key is text, as in a JSON object; "01" and "1" are the same integer, and refused. */
export function readMapEntry(
  message: ReflectMessage,
  field: DescField & { fieldKind: "map" },
  text: string,
  json: Json,
  at: JsonPath,
  reading: Reading,
): void {
  const problem = integerTextProblem(field.mapKey, text);
  const key =
    problem === undefined
      ? (mapKeyProblem(text) ?? scalarFromJson(field.mapKey, jsonOfText(field.mapKey, text), reading.refuseNul))
      : { problem };
  if ("problem" in key) {
    note(reading, "FIELD_VALUE_INVALID", at, `key: ${key.problem}`);
    return;
  }
  const map = message.get(field);
  if (map.has(key.value)) {
    note(reading, "FIELD_REPEATED", at, "the key comes twice");
    return;
  }
  const value = readValue(field, json, at, reading);
  if (value !== undefined) map.set(key.value, value);
}

/** Reads one value; undefined when it does not fit, which is noted. */
export function readValue(type: ValueType, json: Json, at: JsonPath, reading: Reading, reserved?: FieldTree): unknown {
  if (type.scalar !== undefined) return taken(scalarFromJson(type.scalar, json, reading.refuseNul), json, at, reading);
  if (type.enum !== undefined) {
    const isNullValue = json === null && type.enum.typeName === "google.protobuf.NullValue";
    // ProtoJSON: where unknown fields are passed over, so are names that an enum does not have.
    if (reading.ignoreUnknownFields && typeof json === "string" && !hasName(type.enum, json)) return undefined;
    return taken(enumFromJson(type.enum, isNullValue ? 0 : json), json, at, reading);
  }
  return type.message === undefined ? undefined : readMessageValue(type.message, json, at, reading, reserved);
}

/** Reads one message in whatever form ProtoJSON gives its type; undefined, and noted, when it does not fit. */
export function readMessageValue(
  desc: DescMessage,
  json: Json,
  at: JsonPath,
  reading: Reading,
  reserved?: FieldTree,
): ReflectMessage | undefined {
  if (isTextMessage(desc)) return taken(textMessageFromJson(desc, json), json, at, reading);
  if (isFreeJson(desc)) return taken(freeJsonToMessage(desc, json, reading), json, at, reading);
  const message = reflect(desc, undefined, false);
  const wrapped = isWrapperDesc(desc) ? desc.fields[0] : undefined;
  if (wrapped !== undefined) {
    const value = readValue(wrapped, json, at, reading);
    if (value === undefined) return undefined;
    message.set(wrapped, value);
    return message;
  }
  if (!isJsonObject(json)) {
    note(reading, "FIELD_TYPE_INVALID", at, `expected an object, got ${kindOf(json)}`);
    return undefined;
  }
  if (desc.typeName === "google.protobuf.Any") return readAny(message, json, at, reading);
  readMessage(message, json, at, reading, reserved);
  return message;
}

/** True for the few types whose ProtoJSON form may be null. */
export function acceptsNull(field: DescField | DescExtension): boolean {
  if (field.fieldKind === "message") return field.message.typeName === "google.protobuf.Value";
  return field.fieldKind === "enum" && field.enum.typeName === "google.protobuf.NullValue";
}

function taken<T>(parsed: Parsed<T>, json: Json, at: JsonPath, reading: Reading): T | undefined {
  if ("value" in parsed) return parsed.value;
  // A string may hold what another type needs, so a bad string is a bad value; anything else is of the wrong type.
  const reason = typeof json === "string" ? "FIELD_VALUE_INVALID" : "FIELD_TYPE_INVALID";
  note(reading, reason, at, parsed.problem);
  return undefined;
}

function hasName(desc: DescEnum, name: string): boolean {
  return desc.values.some((value) => value.name === name || value.jsonName === name);
}
