/** From a message to the schema of its JSON object. */
import { type DescField, type DescMessage, type DescOneof, getOption } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { message as messageRules, oneof as oneofRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { FieldBehavior } from "#gen/google/api/field_behavior_pb.js";
import { commentOf } from "./comments.ts";
import { fieldSchema } from "./field-schema.ts";
import type { OneofChoice, Schema } from "./openapi.ts";
import { nameOfField } from "./printing.ts";
import { described, paragraphs } from "./prose.ts";
import { hasBehavior } from "./required-fields.ts";
import type { SchemaBook, SchemaRules } from "./schema-book.ts";
import { isOmitted, type Shape } from "./shape.ts";

/** The schema of a message in a shape. */
export function messageSchema(desc: DescMessage, shape: Shape, book: SchemaBook): Schema {
  const { rules } = book;
  const isInput = shape.form !== "output";
  const name = (field: DescField): string => nameOfField(field, shape.form, rules.printing);
  // Nobody is told of an input-only field by an answer.
  const fields = desc.fields.filter(
    (field) => !isOmitted(shape, field) && (isInput || !hasBehavior(field, FieldBehavior.INPUT_ONLY)),
  );
  const required = fields.filter((field) => mustBeGiven(field, shape, rules)).map(name);
  const choices = desc.oneofs.flatMap((oneof): Choice[] => {
    const members = oneof.fields.filter((field) => fields.includes(field)).map(name);
    if (members.length < 2) return [];
    return [{ oneof, members, isRequired: isInput && !shape.isPatch && mustBeSet(oneof) }];
  });
  return {
    type: "object",
    ...described(
      paragraphs(
        commentOf(desc),
        shape.isPatch ? patchText : "",
        ...choices.map(choiceText),
        isInput ? ruleText(desc) : "",
      ),
    ),
    properties: Object.fromEntries(fields.map((field) => [name(field), fieldSchema(field, shape, book)])),
    ...(required.length > 0 ? { required } : {}),
    ...(isInput && !rules.ignoreUnknownFields ? { additionalProperties: false } : {}),
    ...choiceConstraints(choices),
    ...(desc.deprecated ? { deprecated: true } : {}),
    ...(choices.length > 0 ? { "x-oneof": choices.map(choiceExtension) } : {}),
  };
}

const patchText = "In an update: what is left out stays as it is, and what is null is cleared.";

/** A client gives what the contract asks; an answer has what ProtoJSON writes whatever its value. */
function mustBeGiven(field: DescField, shape: Shape, { isRequired, printing }: SchemaRules): boolean {
  // What proto2 requires is required of a part too: without it there is no message.
  const isLegacy = field.presence === Presence.LEGACY_REQUIRED;
  if (shape.form !== "output") {
    return (isLegacy || (!shape.isPatch && isRequired(field))) && !shape.optional.has(field);
  }
  if (isLegacy) return true;
  return field.presence === Presence.IMPLICIT && printing.defaults !== false;
}

/** A oneof of which more than one member can be given here. */
interface Choice {
  readonly oneof: DescOneof;
  readonly members: readonly string[];
  readonly isRequired: boolean;
}

function mustBeSet(oneof: DescOneof): boolean {
  return getOption(oneof, oneofRules).required;
}

function choiceText({ oneof, members, isRequired }: Choice): string {
  const names = members.map((name) => `\`${name}\``).join(", ");
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
  const given = members.map((name) => ({ required: [name] }));
  return { oneOf: isRequired ? given : [...given, { not: { anyOf: given } }] };
}

function choiceExtension({ oneof, members, isRequired }: Choice): OneofChoice {
  return { name: oneof.name, required: isRequired, fields: members };
}
