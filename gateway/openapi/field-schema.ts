/** From a field to its schema. */
import { type DescField, getOption } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { type FieldRules, field as fieldRules, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { FieldBehavior } from "#gen/google/api/field_behavior_pb.js";
import { commentOf } from "./comments.ts";
import { celText, constrain, listConstraints, mapConstraints, withDescription } from "./constraints.ts";
import { numberSchema, restrictedEnumSchema } from "./enum-schema.ts";
import { nullable } from "./nullable.ts";
import type { Schema } from "./openapi.ts";
import { sentences } from "./prose.ts";
import { hasBehavior } from "./required-fields.ts";
import { scalarSchema, zeroOf } from "./scalar-schema.ts";
import type { SchemaBook } from "./schema-book.ts";
import { type Shape, shapeBelow, wholeShapes } from "./shape.ts";

/** The type of one value: a singular field's, a list's item's or a map's value's. */
type ValueType = Pick<DescField, "scalar" | "enum" | "message">;

/**
 * The schema of a field, with all that the contract says of it. Rules of buf.validate are asked of a client alone: an
 * answer is written as it comes, and a part of a resource breaks them easily.
 */
export function fieldSchema(field: DescField, shape: Shape, book: SchemaBook): Schema {
  const isOutput = hasBehavior(field, FieldBehavior.OUTPUT_ONLY);
  const schema =
    isOutput || shape.form === "output"
      ? typeSchema(field, undefined, wholeShapes.output, book)
      : typeSchema(field, rulesOf(field), shape, book);
  const canClear = shape.isPatch && !isOutput && field.presence !== Presence.LEGACY_REQUIRED;
  return {
    ...withDescription(
      canClear ? nullable(schema) : schema,
      commentOf(field),
      behaviorText(field),
      shape.optional.get(field),
      schema.description,
    ),
    ...(isOutput ? { readOnly: true } : {}),
    ...(hasBehavior(field, FieldBehavior.INPUT_ONLY) ? { writeOnly: true } : {}),
    ...(field.deprecated ? { deprecated: true } : {}),
    ...book.rules.conventions.field?.(field),
  };
}

/** The rules of a field that are in force. */
export function rulesOf(field: DescField): FieldRules | undefined {
  const rules = getOption(field, fieldRules);
  return rules.ignore === Ignore.ALWAYS ? undefined : rules;
}

function typeSchema(field: DescField, rules: FieldRules | undefined, shape: Shape, book: SchemaBook): Schema {
  const whole = wholeShapes[shape.form];
  switch (field.fieldKind) {
    case "list": {
      const items = rules?.type.case === "repeated" ? rules.type.value.items : undefined;
      return {
        type: "array",
        items: valueSchema(field, items, whole, book),
        ...(rules === undefined ? {} : listConstraints(rules)),
      };
    }
    case "map": {
      const map = rules?.type.case === "map" ? rules.type.value : undefined;
      return {
        type: "object",
        ...keySchema(field, map?.keys, shape),
        additionalProperties: valueSchema(field, map?.values, whole, book),
        ...(rules === undefined ? {} : mapConstraints(rules)),
      };
    }
    default:
      return valueSchema(field, rules, shapeBelow(shape, field), book);
  }
}

/** A key is text in JSON whatever its type. */
function keySchema(field: DescField & { fieldKind: "map" }, rules: FieldRules | undefined, { form }: Shape): Schema {
  if (form === "output") return {};
  const { type, format, pattern = "^-?[0-9]{1,10}$" } = scalarSchema(field.mapKey, "text");
  if (type === "boolean") return { propertyNames: { enum: ["true", "false"] } };
  if (format !== undefined) return { propertyNames: { format, pattern } };
  const keys: Schema = rules?.type.case === "string" ? constrain({}, rules) : {};
  return Object.keys(keys).length === 0 ? {} : { propertyNames: keys };
}

function valueSchema(type: ValueType, rules: FieldRules | undefined, shape: Shape, book: SchemaBook): Schema {
  const { form } = shape;
  if (type.message !== undefined) {
    const schema = book.message(type.message, shape);
    return rules === undefined ? schema : withDescription(schema, schema.description, celText(rules));
  }
  if (type.enum !== undefined) {
    const restricted = rules && restrictedEnumSchema(type.enum, rules, form);
    if (restricted !== undefined) return restricted;
    const names = book.enum(type.enum, form);
    return form === "input" && names.type !== "null" ? { anyOf: [names, numberSchema(type.enum)] } : names;
  }
  if (type.scalar === undefined) return {};
  const schema = scalarSchema(type.scalar, form);
  if (rules === undefined) return schema;
  const constrained = constrain(schema, rules);
  return rules.ignore === Ignore.IF_ZERO_VALUE ? orZero(schema, constrained, zeroOf(type.scalar)) : constrained;
}

/** Rules that do not count for the zero value: it is sent, and answered, where nothing is known. */
function orZero(schema: Schema, constrained: Schema, zero: string | number | boolean): Schema {
  const { description, type: _, ...constraints } = constrained;
  if (Object.keys(constraints).length === 0) return constrained;
  const either: Schema = { ...schema, anyOf: [{ const: zero }, constraints] };
  return description === undefined ? either : { ...either, description };
}

function behaviorText(field: DescField): string {
  const comment = commentOf(field);
  return sentences(
    hasBehavior(field, FieldBehavior.IDENTIFIER) ? "Identifies the resource; a body does not set it." : "",
    hasBehavior(field, FieldBehavior.IMMUTABLE) && !/\bimmutable\b/i.test(comment) ? "Immutable." : "",
  );
}
