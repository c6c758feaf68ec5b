/** From a message to the schema of its JSON object. */
import { type DescField, type DescMessage, type DescOneof, getOption } from "@bufbuild/protobuf";
import { message as messageRules, oneof as oneofRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { commentOf } from "./comments.ts";
import { fieldSchema } from "./field-schema.ts";
import type { OneofChoice, Schema } from "./openapi.ts";
import { described, paragraphs } from "./prose.ts";
import type { IsRequired } from "./required-fields.ts";
import type { SchemaBook } from "./schema-book.ts";
import { isOmitted, type Shape } from "./shape.ts";

/** The schema of a message in a shape. */
export function messageSchema(desc: DescMessage, shape: Shape, book: SchemaBook, isRequired: IsRequired): Schema {
  const fields = desc.fields.filter((field) => !isOmitted(shape, field));
  const required = shape.isPatch
    ? []
    : fields.filter((field) => isRequired(field) && !shape.optional.has(field)).map(({ jsonName }) => jsonName);
  const oneofs = desc.oneofs.map((oneof) => ({
    oneof,
    members: oneof.fields.filter((field) => fields.includes(field)),
  }));
  const choices = oneofs
    .filter(({ members }) => members.length > 1)
    .map(({ oneof, members }) => ({ oneof, members, isRequired: !shape.isPatch && mustBeSet(oneof) }));
  return {
    type: "object",
    ...described(paragraphs(commentOf(desc), shapeText(shape), ...choices.map(choiceText), ruleText(desc))),
    properties: Object.fromEntries(fields.map((field) => [field.jsonName, fieldSchema(field, shape, book)])),
    ...(required.length > 0 ? { required } : {}),
    ...choiceConstraints(choices),
    ...(choices.length > 0 ? { "x-oneof": choices.map(choiceExtension) } : {}),
  };
}

/** A oneof of which more than one member can be given here. */
interface Choice {
  readonly oneof: DescOneof;
  readonly members: readonly DescField[];
  readonly isRequired: boolean;
}

function mustBeSet(oneof: DescOneof): boolean {
  return getOption(oneof, oneofRules).required;
}

function shapeText({ isPatch }: Shape): string {
  return isPatch ? "In an update: what is left out stays as it is, and what is null is cleared." : "";
}

function choiceText({ oneof, members, isRequired }: Choice): string {
  const names = members.map(({ jsonName }) => `\`${jsonName}\``).join(", ");
  return `${isRequired ? "Exactly" : "At most"} one of ${names}: ${commentOf(oneof) || oneof.name}`;
}

/** Rules about the message as a whole, in the contract's own words. */
function ruleText(desc: DescMessage): string {
  const { cel, oneof } = getOption(desc, messageRules);
  const rules = cel.map(({ message, expression }) => message || `\`${expression}\``);
  const groups = oneof.map(
    ({ fields, required }) =>
      `${required ? "Exactly" : "At most"} one of ${fields.map((name) => `\`${name}\``).join(", ")}.`,
  );
  return [...rules, ...groups].map((rule) => `- ${rule}`).join("\n");
}

function choiceConstraints(choices: readonly Choice[]): Schema {
  const [only, ...others] = choices.map(choiceConstraint);
  if (only === undefined) return {};
  return others.length === 0 ? only : { allOf: [only, ...others] };
}

function choiceConstraint({ members, isRequired }: Choice): Schema {
  const given = members.map(({ jsonName }) => ({ required: [jsonName] }));
  return { oneOf: isRequired ? given : [...given, { not: { anyOf: given } }] };
}

function choiceExtension({ oneof, members, isRequired }: Choice): OneofChoice {
  return { name: oneof.name, required: isRequired, fields: members.map(({ jsonName }) => jsonName) };
}
