/** Bounds of numbers. */
import type { Schema } from "./openapi.ts";
import { sentences } from "./prose.ts";

/** What the number rules of buf.validate have in common. */
export interface NumberRules<T extends number | bigint> {
  readonly lessThan: { readonly case: "lt" | "lte"; readonly value: T } | { readonly case: undefined };
  readonly greaterThan: { readonly case: "gt" | "gte"; readonly value: T } | { readonly case: undefined };
  readonly in: readonly T[];
}

/** Bounds of a whole number. */
export function integerConstraints({ lessThan, greaterThan, in: allowed }: NumberRules<number>): Schema {
  return {
    ...(greaterThan.case === undefined ? {} : { minimum: greaterThan.value + (greaterThan.case === "gt" ? 1 : 0) }),
    ...(lessThan.case === undefined ? {} : { maximum: lessThan.value - (lessThan.case === "lt" ? 1 : 0) }),
    ...(allowed.length > 0 ? { enum: [...allowed] } : {}),
  };
}

/** Bounds of a number written as a string: JSON Schema compares no strings, so they stand in the description. */
export function textNumberConstraints(rules: NumberRules<number> | NumberRules<bigint>): Schema {
  const { lessThan, greaterThan, in: allowed } = rules;
  const description = sentences(
    greaterThan.case === "gte" ? `At least ${greaterThan.value}.` : "",
    greaterThan.case === "gt" ? `More than ${greaterThan.value}.` : "",
    lessThan.case === "lte" ? `At most ${lessThan.value}.` : "",
    lessThan.case === "lt" ? `Less than ${lessThan.value}.` : "",
  );
  const isNeverNegative = greaterThan.case !== undefined && greaterThan.value >= 0;
  return {
    // The least number is for a body that has one in place of a string.
    ...(isNeverNegative ? { pattern: "^[0-9]{1,20}$", minimum: 0 } : {}),
    ...(allowed.length > 0 ? { enum: allowed.map(String) } : {}),
    ...(description === "" ? {} : { description }),
  };
}
