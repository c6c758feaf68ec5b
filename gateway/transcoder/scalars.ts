/** Scalars and enums of ProtoJSON. */
import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { ExactNumber, type Json } from "./json-value.ts";
import { floatFromJson, integerFromJson, isIntegerType, type Parsed } from "./numbers.ts";

/** Local value of a scalar field. */
export type ScalarValue = string | number | bigint | boolean | Uint8Array;

const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * A scalar of the given type from its ProtoJSON form.
 *
 * @param refuseNul refuse U+0000 in strings, which some stores (PostgreSQL text) cannot hold
 */
export function scalarFromJson(type: ScalarType, json: Json, refuseNul: boolean): Parsed<ScalarValue> {
  if (isIntegerType(type)) return integerFromJson(type, json);
  switch (type) {
    case ScalarType.BOOL:
      return typeof json === "boolean" ? { value: json } : { problem: "expected bool: true or false" };
    case ScalarType.STRING:
      return typeof json === "string" ? stringFromText(json, refuseNul) : { problem: "expected a string" };
    case ScalarType.BYTES:
      return typeof json === "string" ? bytesFromText(json) : { problem: "expected bytes: a base64 string" };
    default:
      return floatFromJson(type, json);
  }
}

/** A string that protobuf can carry: UTF-8, so without a lone surrogate. */
export function stringFromText(text: string, refuseNul: boolean): Parsed<string> {
  if (!text.isWellFormed()) return { problem: "the string is not valid Unicode" };
  if (refuseNul && text.includes("\0")) return { problem: "the string must not hold the character U+0000" };
  return { value: text };
}

/** Base64, standard or URL-safe, with or without padding (ProtoJSON). */
function bytesFromText(text: string): Parsed<Uint8Array> {
  const padded = text.endsWith("=");
  const length = text.length - (padded ? (text.endsWith("==") ? 2 : 1) : 0);
  const complete = padded ? text.length % 4 === 0 : length % 4 !== 1;
  if (!base64Text.test(text) || !complete) return { problem: "expected bytes: a base64 string" };
  return { value: new Uint8Array(Buffer.from(text, "base64")) };
}

/** An enum's number from its name or number. A number without a name is taken by an open enum only. */
export function enumFromJson(desc: DescEnum, json: Json): Parsed<number> {
  if (typeof json === "string") {
    const value = desc.values.find(({ name, jsonName }) => name === json || jsonName === json);
    return value === undefined
      ? { problem: `expected a value of ${desc.typeName}: ${namesOf(desc)}` }
      : { value: value.number };
  }
  if (typeof json !== "number" && !(json instanceof ExactNumber)) {
    return { problem: `expected ${desc.typeName}: a name or a number` };
  }
  const number = integerFromJson(ScalarType.INT32, json);
  if ("problem" in number) return { problem: number.problem };
  const value = Number(number.value);
  if (!desc.open && desc.value[value] === undefined) {
    return { problem: `expected a value of ${desc.typeName}: ${namesOf(desc)}` };
  }
  return { value };
}

// Longer lists are documentation, not an error message.
const maxNames = 20;

function namesOf(desc: DescEnum): string {
  const names = desc.values.slice(0, maxNames).map(({ name }) => name);
  return desc.values.length > maxNames ? `${names.join(", ")}, …` : names.join(", ");
}
