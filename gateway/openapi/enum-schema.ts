/** Enums by their names, and by their numbers. */
import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { type FieldRules, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { commentOf } from "./comments.ts";
import type { Schema } from "./openapi.ts";
import { described, paragraphs } from "./prose.ts";
import type { Form } from "./shape.ts";

/** The schema of an enum, every name with its meaning. */
export function enumSchema(desc: DescEnum): Schema {
  const hasMeanings = desc.values.some((value) => commentOf(value) !== "" || value.deprecated);
  return {
    type: "string",
    ...described(paragraphs(commentOf(desc), hasMeanings ? desc.values.map(nameText).join("\n") : "")),
    enum: desc.values.map(({ name }) => name),
    ...(desc.deprecated ? { deprecated: true } : {}),
  };
}

/** The schema of an enum that is written by number. */
export function enumNumbersSchema(desc: DescEnum): Schema {
  const names = desc.values.map((value) => `- ${value.number}: ${nameText(value).slice(2)}`).join("\n");
  return { ...numberSchema(desc), ...described(paragraphs(commentOf(desc), names)) };
}

/** The numbers that have a name. An open enum takes others too, and writes them by number: they mean nothing here. */
export function numberSchema({ values }: Pick<DescEnum, "values">): Schema {
  return { type: "integer", enum: [...new Set(values.map(({ number }) => number))] };
}

/** The schema where rules leave out some of the values; undefined where they leave in all. */
export function restrictedEnumSchema(desc: DescEnum, rules: FieldRules, form: Form): Schema | undefined {
  const values = allowedValues(desc, rules);
  if (values.length === desc.values.length) return undefined;
  const names: Schema = { type: "string", enum: values.map(({ name }) => name) };
  if (form === "text") return names;
  return { anyOf: [names, numberSchema({ values })] };
}

function nameText(value: DescEnumValue): string {
  const meaning = [value.deprecated ? "(deprecated)" : "", commentOf(value)].filter((text) => text !== "").join(" ");
  return meaning === "" ? `- \`${value.name}\`` : `- \`${value.name}\`: ${meaning}`;
}

/** The values that the rules allow, in the order of the contract. */
function allowedValues(desc: DescEnum, { type, ignore }: FieldRules): DescEnumValue[] {
  if (type.case !== "enum") return desc.values;
  const { in: allowed, notIn } = type.value;
  return desc.values.filter(({ number }) => {
    if (number === 0 && ignore === Ignore.IF_ZERO_VALUE) return true;
    return !notIn.includes(number) && (allowed.length === 0 || allowed.includes(number));
  });
}
