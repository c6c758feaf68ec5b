/** What every reader of a request shares: the rules, the faults found so far, and the type of a single value. */
import { type DescEnum, type DescMessage, type Registry, ScalarType } from "@bufbuild/protobuf";
import { formatPath, type JsonPath } from "./json-path.ts";
import type { Json } from "./json-value.ts";
import { addViolation, type RefusalReason, type Violation } from "./refusal.ts";

/** How strictly to read. */
export interface ReadRules {
  /** Types that google.protobuf.Any may hold. */
  readonly registry: Registry;
  /** Drop fields the message does not have instead of refusing them. */
  readonly ignoreUnknownFields: boolean;
  /** Fields that the path decides may stand in the body, with the same value. */
  readonly takesPathFields: boolean;
  /** Refuse U+0000 in strings. */
  readonly refuseNul: boolean;
  readonly maxDepth: number;
}

/** Rules and what was found so far. */
export interface Reading extends ReadRules {
  readonly violations: Violation[];
}

/** Begins to read. Field by field, for a spread of all that rules hold is slow. */
export function startReading(rules: ReadRules): Reading {
  const { registry, ignoreUnknownFields, takesPathFields, refuseNul, maxDepth } = rules;
  return { registry, ignoreUnknownFields, takesPathFields, refuseNul, maxDepth, violations: [] };
}

/** The type of one value: of a singular field, a list item or a map value. A DescField is one. */
export interface ValueType {
  readonly scalar: ScalarType | undefined;
  readonly enum: DescEnum | undefined;
  readonly message: DescMessage | undefined;
}

/** Notes a fault at a path. */
export function note(reading: Reading, reason: RefusalReason, at: JsonPath | undefined, description: string): void {
  addViolation(reading.violations, reason, formatPath(at), description);
}

/** A value given as text (path, query, header, map key) as the JSON that {@link readValue} takes. */
export function jsonOfText(scalar: ScalarType, text: string): Json {
  // The one scalar whose ProtoJSON form cannot be a string.
  return scalar === ScalarType.BOOL && (text === "true" || text === "false") ? text === "true" : text;
}
