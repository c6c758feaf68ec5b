/** Required fields of proto2: a message without them is none, and no server would take it. */
import type { DescMessage } from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import type { JsonPath } from "./json-path.ts";
import { note, type Reading } from "./reading.ts";

// FeatureSet.FieldPresence.LEGACY_REQUIRED of descriptor.proto.
const LEGACY_REQUIRED = 3;

const reaching = new WeakMap<DescMessage, boolean>();

/** Notes every required field that is not set. Types that reach none, as all of proto3, cost one look-up. */
export function requireFields(message: ReflectMessage, at: JsonPath | undefined, reading: Reading): void {
  if (!reachesRequired(message.desc)) return;
  for (const field of message.fields) {
    const path: JsonPath = { parent: at, key: field.jsonName };
    if (!message.isSet(field)) {
      if (field.presence === LEGACY_REQUIRED) note(reading, "FIELD_VALUE_INVALID", path, "the field is required");
    } else if (field.fieldKind === "message") {
      requireFields(message.get(field), path, reading);
    } else if (field.fieldKind === "list" && field.listKind === "message") {
      for (const [index, item] of message.get(field).entries()) {
        if (isReflectMessage(item)) requireFields(item, { parent: path, key: index }, reading);
      }
    } else if (field.fieldKind === "map" && field.mapKind === "message") {
      for (const [key, item] of message.get(field)) {
        if (isReflectMessage(item)) requireFields(item, { parent: path, key: String(key), isMapKey: true }, reading);
      }
    }
  }
}

function reachesRequired(desc: DescMessage): boolean {
  let reaches = reaching.get(desc);
  if (reaches === undefined) {
    reaches = allBelow(desc).some(({ fields }) => fields.some(({ presence }) => presence === LEGACY_REQUIRED));
    reaching.set(desc, reaches);
  }
  return reaches;
}

/** The type and every type that its fields lead to. */
function allBelow(desc: DescMessage): DescMessage[] {
  const found = new Set([desc]);
  for (const each of found) for (const { message } of each.fields) if (message !== undefined) found.add(message);
  return [...found];
}
