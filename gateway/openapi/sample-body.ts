/** Examples of bodies, made from their schemas. */
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Schema } from "./openapi.ts";
import { sampleText } from "./sample-text.ts";

/** What samples are made with. */
export interface SampleRules {
  /** Finds the schema that a reference names; any other schema is its own. */
  readonly resolve: (schema: Schema) => Schema;
  /** Values by the property's name. Where there are some, no others are made up for what need not be given. */
  readonly valuesByName: Readonly<Record<string, JsonValue>> | undefined;
}

/**
 * A body that the schema takes: what is required, and what the schema says enough about to make up something sensible.
 * Without values for the API at hand, or where that is nothing, a word or a number stands for every field.
 *
 * @param omitted properties to pass over
 */
export function sampleBody(schema: Schema, rules: SampleRules, omitted: ReadonlySet<string>): JsonValue | undefined {
  const body = rules.resolve(schema);
  const { properties, ...rest } = body;
  const kept = Object.entries(properties ?? {}).filter(([name]) => !omitted.has(name));
  const open: Schema = properties === undefined ? body : { ...rest, properties: Object.fromEntries(kept) };
  const isFilled = rules.valuesByName === undefined;
  const sensible = sampleValue(open, "", [], { ...rules, isFilled, isAnswer: false });
  return isNothing(sensible) ? sampleValue(open, "", [], { ...rules, isFilled: true, isAnswer: false }) : sensible;
}

/** An answer of the schema, with all its fields but those of messages inside themselves. */
export function sampleAnswer(schema: Schema, rules: SampleRules): JsonValue | undefined {
  return sampleValue(schema, "", [], { ...rules, isFilled: true, isAnswer: true });
}

interface Sampling extends SampleRules {
  /** Make up what the schema says too little about. */
  readonly isFilled: boolean;
  readonly isAnswer: boolean;
}

function sampleValue(given: Schema, name: string, above: readonly Schema[], rules: Sampling): JsonValue | undefined {
  const schema = rules.resolve(given);
  if (above.includes(schema)) return undefined;
  const [example] = schema.examples ?? [];
  if (example !== undefined) return example;
  const below = [...above, schema];
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  const word = rules.isFilled ? (name === "" ? "text" : name) : undefined;
  switch (type) {
    case "object":
      return schema.properties === undefined ? emptyOf({}, rules) : sampleObject(schema, below, rules);
    case "array": {
      const item = schema.items && sampleValue(schema.items, name, below, rules);
      return item === undefined ? emptyOf([], rules) : [item];
    }
    case "integer":
      return rules.valuesByName?.[name] ?? sampleInteger(schema) ?? (rules.isFilled ? 1 : undefined);
    case "string":
      return rules.valuesByName?.[name] ?? sampleText(schema) ?? (isFreeText(schema) ? word : undefined);
    case "null":
      return rules.isFilled ? null : undefined;
    case "boolean":
      return rules.isFilled ? true : undefined;
    case "number":
      return rules.isFilled ? 1.5 : undefined;
    default: {
      const [choice] = schema.anyOf ?? [];
      return choice === undefined ? undefined : sampleValue(choice, name, below, rules);
    }
  }
}

function sampleObject(object: Schema, above: readonly Schema[], rules: Sampling): JsonObject {
  // Of each oneof the first member alone.
  const choices = object["x-oneof"] ?? [];
  const skipped = new Set(choices.flatMap(({ fields }) => fields.slice(1)));
  const needed = new Set([
    ...(object.required ?? []),
    ...choices.flatMap((each) => each.fields.slice(0, Number(each.required))),
  ]);
  const sample: JsonObject = {};
  for (const [name, property] of Object.entries(object.properties ?? {})) {
    const isRequired = needed.has(name);
    const resolved = rules.resolve(property);
    const isPassedOver =
      property.deprecated === true || (!rules.isAnswer && (property.readOnly === true || isTime(resolved)));
    if (skipped.has(name) || (isPassedOver && !isRequired)) continue;
    const value = sampleValue(property, name, above, isRequired ? { ...rules, isFilled: true } : rules);
    if (value !== undefined && (isRequired || !isNothing(value))) sample[name] = value;
  }
  return sample;
}

/** Answers have lists and maps that are empty too. */
function emptyOf(value: JsonValue, { isFilled }: Sampling): JsonValue | undefined {
  return isFilled ? value : undefined;
}

/** A time that need not be given is better left out: most are bounds, or set by the service. */
function isTime({ format }: Schema): boolean {
  return format === "date-time";
}

function isNothing(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

/** What says nothing of the text itself. */
const silent: ReadonlySet<string> = new Set(["type", "description", "readOnly", "writeOnly", "deprecated"]);

function isFreeText(schema: Schema): boolean {
  return Object.keys(schema).every((key) => silent.has(key) || key.startsWith("x-"));
}

const boundsOfTypes: ReadonlySet<number> = new Set([-(2 ** 31), 0]);

/** The least that is allowed; undefined without bounds of the contract's own, for any number would be a guess. */
function sampleInteger({ minimum, maximum }: Schema): number | undefined {
  const isBoundOfType = minimum !== undefined && boundsOfTypes.has(minimum) && (maximum ?? 0) >= 2 ** 31 - 1;
  return isBoundOfType ? undefined : minimum;
}
