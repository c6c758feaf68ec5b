/** google.protobuf.Any in ProtoJSON: `{"@type": url, ...fields}`, or `value` for types with a JSON form of their own. */
import { type DescMessage, toBinary } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { JsonPath } from "./json-path.ts";
import { readMessage, readMessageValue } from "./json-reader.ts";
import { isJsonObject, type JsonObject } from "./json-value.ts";
import { hasOwnForm } from "./own-form.ts";
import { note, type Reading } from "./reading.ts";

/** Reads an Any whose type is in the registry; undefined, and noted, when it is not. `{}` is an empty Any. */
export function readAny(
  any: ReflectMessage,
  json: JsonObject,
  at: JsonPath,
  reading: Reading,
): ReflectMessage | undefined {
  const { "@type": typeUrl, ...members } = json;
  if (typeUrl === undefined && Object.keys(members).length === 0) return any;
  const path: JsonPath = { parent: at, key: "@type" };
  if (typeof typeUrl !== "string" || typeUrl === "") {
    note(reading, "FIELD_TYPE_INVALID", path, "expected a type URL");
    return undefined;
  }
  const desc = reading.registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf("/") + 1));
  if (desc === undefined) {
    note(reading, "FIELD_VALUE_INVALID", path, "the type is not known here");
    return undefined;
  }
  const message = readContent(desc, members, at, reading);
  if (message === undefined) return undefined;
  for (const field of any.desc.fields) {
    if (field.name === "type_url") any.set(field, typeUrl);
    if (field.name === "value") any.set(field, toBinary(message.desc, message.message));
  }
  return any;
}

function readContent(
  desc: DescMessage,
  members: JsonObject,
  at: JsonPath,
  reading: Reading,
): ReflectMessage | undefined {
  if (!hasOwnForm(desc)) {
    // Some write the members of an Empty, of which there are none, as "value" too: Go does.
    const isNothing = desc.typeName === "google.protobuf.Empty" && isEmptyValue(members);
    const message = reflect(desc, undefined, false);
    if (!isNothing) readMessage(message, members, at, reading);
    return message;
  }
  const { value = null, ...others } = members;
  for (const key of Object.keys(others)) {
    if (!reading.ignoreUnknownFields) note(reading, "FIELD_UNKNOWN", { parent: at, key }, 'expected "value" alone');
  }
  return readMessageValue(desc, value, { parent: at, key: "value" }, reading);
}

/** True for `"value": {}` alone. */
function isEmptyValue({ value = null, ...others }: JsonObject): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0 && Object.keys(others).length === 0;
}
