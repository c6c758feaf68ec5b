/** Extensions of proto2 in ProtoJSON: members named by their full name in brackets, `"[pkg.name]"`. */
import {
  type DescExtension,
  type DescMessage,
  type JsonObject,
  type Message,
  setExtension,
  toJson,
} from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import type { JsonPath } from "./json-path.ts";
import { acceptsNull, readValue } from "./json-reader.ts";
import { isJsonArray, type Json, kindOf } from "./json-value.ts";
import { note, type Reading } from "./reading.ts";

/** Reads a member that is no field: an extension, or nothing known, which is noted unless it is to be passed over. */
export function readOtherMember(
  message: ReflectMessage,
  key: string,
  json: Json,
  at: JsonPath,
  reading: Reading,
): void {
  const extension = findExtension(message.desc, key, reading);
  if (extension !== undefined) readExtension(message, extension, json, at, reading);
  else if (!reading.ignoreUnknownFields) {
    note(reading, "FIELD_UNKNOWN", at, `no such field in ${message.desc.typeName}`);
  }
}

/** The extension that a key of an object names; undefined for none that is known and extends the message. */
function findExtension(desc: DescMessage, key: string, { registry }: Reading): DescExtension | undefined {
  if (!key.startsWith("[") || !key.endsWith("]")) return undefined;
  const extension = registry.getExtension(key.slice(1, -1));
  return extension?.extendee.typeName === desc.typeName ? extension : undefined;
}

function readExtension(
  message: ReflectMessage,
  extension: DescExtension,
  json: Json,
  at: JsonPath,
  reading: Reading,
): void {
  if (json === null && !acceptsNull(extension)) return;
  if (extension.fieldKind !== "list") {
    const value = readValue(extension, json, at, reading);
    if (value !== undefined) setExtension(message.message, extension, toLocal(extension, value));
    return;
  }
  if (!isJsonArray(json)) {
    note(reading, "FIELD_TYPE_INVALID", at, `expected an array, got ${kindOf(json)}`);
    return;
  }
  const items = json.map((item, index) => readValue(extension, item, { parent: at, key: index }, reading));
  if (items.includes(undefined)) return;
  const local = items.map((item) => toLocal(extension, item));
  setExtension(message.message, extension, local);
}

/** A value as protobuf-es keeps it: see `value-writer.ts`, which goes the other way. */
function toLocal(extension: DescExtension, value: unknown): LocalValue {
  if (!isReflectMessage(value)) {
    const isText = extension.fieldKind === "scalar" && extension.longAsString;
    return isText ? String(value) : (value as LocalValue);
  }
  const { desc, message } = value;
  if (desc.typeName === "google.protobuf.Struct") return toJson(desc, message) as JsonObject;
  const wrapped = isWrapperDesc(desc) && extension.fieldKind === "message" ? desc.fields[0] : undefined;
  return wrapped === undefined ? message : Reflect.get(message, wrapped.localName);
}

type LocalValue = Message | JsonObject | string | number | bigint | boolean | Uint8Array;
