/** Names and paths of message fields, as clients and HTTP rules write them. */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { hasOwnForm } from "./own-form.ts";

/** Fields already spoken for, by level. An entry with an empty tree is a leaf that is bound itself. */
export interface FieldTree extends Map<DescField, FieldTree> {}

/** How a path of field names ends: the chain of descriptors, outermost first, or why there is none. */
export type ResolvedPath = { readonly fields: readonly [DescField, ...DescField[]] } | { readonly problem: string };

const namesByMessage = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** Finds a field by its proto name or its JSON name; ProtoJSON has parsers accept both. */
export function findField(message: DescMessage, name: string): DescField | undefined {
  let names = namesByMessage.get(message);
  if (names === undefined) {
    names = new Map([
      ...message.fields.map((field) => [field.name, field] as const),
      ...message.fields.map((field) => [field.jsonName, field] as const),
    ]);
    namesByMessage.set(message, names);
  }
  return names.get(name);
}

/** Walks `names` from a message through singular message fields. */
export function resolveFieldPath(message: DescMessage, names: readonly string[]): ResolvedPath {
  const fields: DescField[] = [];
  let current: DescMessage | undefined = message;
  for (const name of names) {
    const field: DescField | undefined = current === undefined ? undefined : findField(current, name);
    if (field === undefined) {
      const where = current === undefined ? "below a field that is not a singular message" : `in ${current.typeName}`;
      return { problem: `no field "${name}" ${where}` };
    }
    fields.push(field);
    current = field.fieldKind === "message" && !hasOwnForm(field.message) ? field.message : undefined;
  }
  const [first, ...others] = fields;
  if (first === undefined) return { problem: "the path is empty" };
  return { fields: [first, ...others] };
}

/** Adds a chain of fields to a tree. */
export function reserve(tree: FieldTree, fields: readonly DescField[]): void {
  let level = tree;
  for (const field of fields) {
    let below = level.get(field);
    if (below === undefined) {
      below = new Map();
      level.set(field, below);
    }
    level = below;
  }
}

/** True when the chain ends on a bound leaf, above one, or below one. */
export function overlaps(tree: FieldTree, fields: readonly DescField[]): boolean {
  let level = tree;
  for (const field of fields) {
    const below = level.get(field);
    if (below === undefined) return false;
    if (below.size === 0) return true;
    level = below;
  }
  return true;
}
