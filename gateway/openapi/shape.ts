/** A message as one place of the REST surface takes it: the body of a PATCH asks less than a whole resource does. */
import type { DescField } from "@bufbuild/protobuf";
import type { FieldTree } from "../transcoder/field-path.ts";

/** What sets the place apart. */
export interface Shape {
  /** Fields that the path decides; the body must not have them. */
  readonly omitted: FieldTree;
  /** Fields that a header can give instead, with what the schema says of it. */
  readonly optional: ReadonlyMap<DescField, string>;
  /** The body of a PATCH: only what it names changes, so nothing is required of it. */
  readonly isPatch: boolean;
  /** What a message in this shape is called beside its type; empty where nothing else has the type's name. */
  readonly suffix: "" | "Body" | "Patch";
}

/** The message as it is. */
export const wholeShape: Shape = { omitted: new Map(), optional: new Map(), isPatch: false, suffix: "" };

/** The shape of a singular message in `field` of a message in `shape`. Types of google are whole values. */
export function shapeBelow(shape: Shape, field: DescField): Shape {
  if (field.fieldKind !== "message") return wholeShape;
  const omitted = shape.omitted.get(field) ?? wholeShape.omitted;
  const isPatch = shape.isPatch && !field.message.typeName.startsWith("google.");
  if (omitted.size === 0 && !isPatch) return wholeShape;
  return { omitted, optional: wholeShape.optional, isPatch, suffix: isPatch ? "Patch" : "Body" };
}

/** True when the path decides the field itself. */
export function isOmitted(shape: Shape, field: DescField): boolean {
  return shape.omitted.get(field)?.size === 0;
}

/** Equal for shapes that give equal schemas. */
export function keyOfShape(shape: Shape): string {
  const optional = [...shape.optional.keys()].map(({ name }) => name).sort();
  return JSON.stringify([keyOfTree(shape.omitted), optional, shape.isPatch]);
}

function keyOfTree(tree: FieldTree): string {
  const entries = [...tree].map(([field, below]) => `${field.name}${keyOfTree(below)}`);
  return `{${entries.sort().join()}}`;
}
