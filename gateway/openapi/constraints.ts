/** Rules of the contract (buf.validate) as keywords of JSON Schema; what JSON Schema cannot say goes in words. */
import type { FieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { integerConstraints, type NumberRules, textNumberConstraints } from "./number-constraints.ts";
import type { Schema } from "./openapi.ts";
import { described, sentences } from "./prose.ts";
import { stringConstraints } from "./string-constraints.ts";

/** The schema with what the rules ask of a scalar. */
export function constrain(schema: Schema, rules: FieldRules): Schema {
  const added = scalarConstraints(schema, rules);
  return withDescription({ ...schema, ...added }, schema.description, added.description, celText(rules));
}

function scalarConstraints(schema: Schema, { type }: FieldRules): Schema {
  switch (type.case) {
    case "string":
      return stringConstraints(type.value);
    case "bytes":
      return {
        ...described(bytesText(type.value.minLen, type.value.maxLen)),
        ...base64Lengths(type.value.minLen, type.value.maxLen),
      };
    case "int32":
    case "uint32":
    case "sint32":
    case "fixed32":
    case "sfixed32":
    case "float":
    case "double":
      return numericConstraints(schema, type.value);
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return wideConstraints(schema, type.value);
    default:
      return {};
  }
}

/** A float is a choice of forms, where a bound would hold for the number alone: it is said in words. */
function numericConstraints(schema: Schema, rules: NumberRules<number>): Schema {
  return schema.type === "integer" ? integerConstraints(rules) : described(textNumberConstraints(rules).description);
}

/** The least number is for a body, where a number may stand in place of the string. */
function wideConstraints(schema: Schema, rules: NumberRules<bigint>): Schema {
  const { minimum, ...text } = textNumberConstraints(rules);
  return schema.minimum === undefined || minimum === undefined ? text : { ...text, minimum };
}

/** Lengths of the text in base64, with its padding or without it (RFC 4648). */
function base64Lengths(min: bigint, max: bigint): Schema {
  return {
    ...(min > 0n ? { minLength: Number((min * 4n + 2n) / 3n) } : {}),
    ...(max > 0n ? { maxLength: Number(((max + 2n) / 3n) * 4n) } : {}),
  };
}

function bytesText(min: bigint, max: bigint): string {
  return sentences(min > 0n ? `At least ${min} bytes.` : "", max > 0n ? `At most ${max} bytes.` : "");
}

/** What the rules ask of the number of items. */
export function listConstraints({ type }: FieldRules): Schema {
  if (type.case !== "repeated") return {};
  const { minItems, maxItems, unique } = type.value;
  return {
    ...(minItems > 0n ? { minItems: Number(minItems) } : {}),
    ...(maxItems > 0n ? { maxItems: Number(maxItems) } : {}),
    ...(unique ? { uniqueItems: true } : {}),
  };
}

/** What the rules ask of the number of entries. */
export function mapConstraints({ type }: FieldRules): Schema {
  if (type.case !== "map") return {};
  const { minPairs, maxPairs } = type.value;
  return {
    ...(minPairs > 0n ? { minProperties: Number(minPairs) } : {}),
    ...(maxPairs > 0n ? { maxProperties: Number(maxPairs) } : {}),
  };
}

/** Rules written in CEL, in their own words. */
export function celText({ cel, celExpression }: FieldRules): string {
  const own = cel.map(({ message, expression }) => (message === "" ? `Rule: \`${expression}\`.` : message));
  return sentences(...own, ...celExpression.map((expression) => `Rule: \`${expression}\`.`));
}

/** The schema with texts for its description. */
export function withDescription(schema: Schema, ...texts: readonly (string | undefined)[]): Schema {
  const { description: _, ...rest } = schema;
  const description = sentences(...texts);
  return description === "" ? rest : { ...rest, description };
}
