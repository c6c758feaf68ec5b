/** From a field to its schema. */
import { type DescField, getOption } from "@bufbuild/protobuf";
import { type FieldRules, field as fieldRules, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { FieldBehavior } from "#gen/google/api/field_behavior_pb.js";
import { Sensitivity, SensitivitySchema, sensitivity } from "#gen/malla/options/v1/options_pb.js";
import { commentOf } from "./comments.ts";
import { celText, constrain, listConstraints, mapConstraints, withDescription } from "./constraints.ts";
import { restrictedEnumSchema } from "./enum-schema.ts";
import { nullable } from "./nullable.ts";
import type { Schema } from "./openapi.ts";
import { sentences } from "./prose.ts";
import { hasBehavior } from "./required-fields.ts";
import { scalarSchema, zeroOf } from "./scalar-schema.ts";
import type { SchemaBook } from "./schema-book.ts";
import { type Shape, shapeBelow, wholeShape } from "./shape.ts";

/** The type of one value: a singular field's, a list's item's or a map's value's. */
type ValueType = Pick<DescField, "scalar" | "enum" | "message">;

/** The schema of a field, with all that the contract says of it. */
export function fieldSchema(field: DescField, shape: Shape, book: SchemaBook): Schema {
  const schema = typeSchema(field, rulesOf(field), shape, book);
  const level = getOption(field, sensitivity);
  const isOutput = hasBehavior(field, FieldBehavior.OUTPUT_ONLY);
  const canClear = shape.isPatch && !isOutput;
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
    ...(level === Sensitivity.UNSPECIFIED ? {} : { "x-sensitivity": sensitivityName(level) }),
  };
}

/** The rules of a field that are in force. */
export function rulesOf(field: DescField): FieldRules | undefined {
  const rules = getOption(field, fieldRules);
  return rules.ignore === Ignore.ALWAYS ? undefined : rules;
}

function typeSchema(field: DescField, rules: FieldRules | undefined, shape: Shape, book: SchemaBook): Schema {
  switch (field.fieldKind) {
    case "list": {
      const items = rules?.type.case === "repeated" ? rules.type.value.items : undefined;
      return {
        type: "array",
        items: valueSchema(field, items, wholeShape, book),
        ...(rules === undefined ? {} : listConstraints(rules)),
      };
    }
    case "map":
      return mapSchema(field, rules, book);
    default:
      return valueSchema(field, rules, shapeBelow(shape, field), book);
  }
}

function mapSchema(field: DescField & { fieldKind: "map" }, rules: FieldRules | undefined, book: SchemaBook): Schema {
  const map = rules?.type.case === "map" ? rules.type.value : undefined;
  // A key is text in JSON whatever its type; only rules of strings can be said of it.
  const keys = map?.keys?.type.case === "string" ? constrain({}, map.keys) : {};
  return {
    type: "object",
    ...(Object.keys(keys).length > 0 ? { propertyNames: keys } : {}),
    additionalProperties: valueSchema(field, map?.values, wholeShape, book),
    ...(rules === undefined ? {} : mapConstraints(rules)),
  };
}

function valueSchema(type: ValueType, rules: FieldRules | undefined, shape: Shape, book: SchemaBook): Schema {
  if (type.message !== undefined) {
    const schema = book.message(type.message, shape);
    return rules === undefined ? schema : withDescription(schema, schema.description, celText(rules));
  }
  if (type.enum !== undefined) {
    return (rules && restrictedEnumSchema(type.enum, rules)) ?? book.enum(type.enum);
  }
  if (type.scalar === undefined) return {};
  const schema = scalarSchema(type.scalar);
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

function sensitivityName(level: Sensitivity): string {
  const name = SensitivitySchema.value[level]?.name ?? String(level);
  return name.replace("SENSITIVITY_", "");
}
