/** Enums by their names. */
import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { type FieldRules, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { commentOf } from "./comments.ts";
import type { Schema } from "./openapi.ts";
import { paragraphs } from "./prose.ts";

/** The schema of an enum, every name with its meaning. */
export function enumSchema(desc: DescEnum): Schema {
  const meanings = desc.values.map((value) => `- \`${value.name}\`: ${commentOf(value)}`).join("\n");
  return {
    type: "string",
    description: paragraphs(commentOf(desc), meanings),
    enum: desc.values.map(({ name }) => name),
  };
}

/** The schema where rules leave out some of the values; undefined where they leave in all. */
export function restrictedEnumSchema(desc: DescEnum, rules: FieldRules): Schema | undefined {
  const values = allowedValues(desc, rules);
  return values.length === desc.values.length ? undefined : { type: "string", enum: values.map(({ name }) => name) };
}

/** The values that the rules allow, in the order of the contract. */
function allowedValues(desc: DescEnum, { type, ignore }: FieldRules): readonly DescEnumValue[] {
  if (type.case !== "enum") return desc.values;
  const { in: allowed, notIn } = type.value;
  return desc.values.filter(({ number }) => {
    if (number === 0 && ignore === Ignore.IF_ZERO_VALUE) return true;
    return !notIn.includes(number) && (allowed.length === 0 || allowed.includes(number));
  });
}
