/** The mask of a PATCH: the one that the client gave, or that the body implies when there is none (AIP-134). */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { type FieldTree, findField } from "./field-path.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-value.ts";
import { hasOwnForm } from "./own-form.ts";

/**
 * Paths of the fields present in a body, in proto names and relative to the body's message, down to the leaves.
 * A field given as null is present: it is to be cleared. Lists, maps and well-known types are leaves.
 *
 * @param reserved fields that the path decides: they say which resource, not what to change of it
 */
export function presentPaths(
  desc: DescMessage,
  json: JsonObject,
  reserved: FieldTree | undefined,
  prefix = "",
): string[] {
  return Object.keys(json).flatMap((key) => {
    const field = findField(desc, key);
    if (field === undefined || reserved?.get(field)?.size === 0) return [];
    const path = `${prefix}${field.name}`;
    const below = messageBelow(field, json[key] ?? null);
    return below === undefined ? [path] : presentPaths(below.desc, below.json, reserved?.get(field), `${path}.`);
  });
}

/**
 * A path that a client gave, in proto names as far as the message knows them. What ProtoJSON writes of a mask leads back
 * by letters alone, so that `line1`, the JSON name of `line_1`, would name nothing.
 */
export function protoPath(desc: DescMessage, path: string): string {
  let below: DescMessage | undefined = desc;
  const names = path.split(".").map((name) => {
    const field: DescField | undefined = below && findField(below, name);
    below = field?.fieldKind === "message" ? field.message : undefined;
    return field?.name ?? name;
  });
  return names.join(".");
}

function messageBelow(field: DescField, json: Json): { desc: DescMessage; json: JsonObject } | undefined {
  if (field.fieldKind !== "message" || hasOwnForm(field.message)) return undefined;
  return isJsonObject(json) && Object.keys(json).length > 0 ? { desc: field.message, json } : undefined;
}
