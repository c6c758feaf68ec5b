/** A message as one place of the REST surface has it: the body of a PATCH asks less than a whole resource does. */
import type { DescField } from "@bufbuild/protobuf";
import type { FieldTree } from "../transcoder/field-path.ts";

/**
 * Who writes the value. `output`: the server, by the printing rules of ProtoJSON alone. `input`: the client, by what is
 * accepted and what the contract asks. `text`: the client, in a path, a query or a header.
 */
export type Form = "output" | "input" | "text";

/** What sets the place apart. */
export interface Shape {
  readonly form: Form;
  /** Fields that the path decides; the body must not have them. */
  readonly omitted: FieldTree;
  /** Fields that a header can give instead, with what the schema says of it. */
  readonly optional: ReadonlyMap<DescField, string>;
  /** The body of a PATCH: only what it names changes, so nothing is required of it. */
  readonly isPatch: boolean;
}

const whole = { omitted: new Map(), optional: new Map(), isPatch: false };

/** The message as it is, in each form. */
export const wholeShapes: Readonly<Record<Form, Shape>> = {
  output: { ...whole, form: "output" },
  input: { ...whole, form: "input" },
  text: { ...whole, form: "text" },
};

/** The shape of a singular message in `field` of a message in `shape`. Types of google are whole values. */
export function shapeBelow(shape: Shape, field: DescField): Shape {
  const whole = wholeShapes[shape.form];
  if (field.fieldKind !== "message") return whole;
  const omitted = shape.omitted.get(field) ?? whole.omitted;
  const isPatch = shape.isPatch && !field.message.typeName.startsWith("google.");
  return omitted.size === 0 && !isPatch ? whole : { form: shape.form, omitted, optional: whole.optional, isPatch };
}

/** True when the path decides the field itself, or another member of its oneof. */
export function isOmitted({ omitted }: Shape, field: DescField): boolean {
  return omitted.get(field)?.size === 0 || isExcluded(omitted, field);
}

/** True when the path gives another member of the field's oneof. */
export function isExcluded(omitted: FieldTree, field: DescField): boolean {
  return field.oneof?.fields.some((other) => other !== field && omitted.has(other)) === true;
}

/** Equal for shapes that give equal schemas. */
export function keyOfShape(shape: Shape): string {
  const optional = [...shape.optional.keys()].map(({ name }) => name).sort();
  return JSON.stringify([shape.form, keyOfTree(shape.omitted), optional, shape.isPatch]);
}

function keyOfTree(tree: FieldTree): string {
  const entries = [...tree].map(([field, below]) => `${field.name}${keyOfTree(below)}`);
  return `{${entries.sort().join()}}`;
}
