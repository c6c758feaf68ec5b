/** Rules of strings. */
import { isFieldSet } from "@bufbuild/protobuf";
import { type StringRules, StringRulesSchema } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Schema } from "./openapi.ts";
import { sentences } from "./prose.ts";

type WellKnownCase = Exclude<StringRules["wellKnown"]["case"], undefined>;

// The rules of protovalidate that a format of JSON Schema, or a pattern, says as well.
const wellKnownForms: Partial<Readonly<Record<WellKnownCase, Schema>>> = {
  email: { format: "email" },
  hostname: { format: "hostname" },
  ip: { anyOf: [{ format: "ipv4" }, { format: "ipv6" }] },
  ipv4: { format: "ipv4" },
  ipv6: { format: "ipv6" },
  uri: { format: "uri" },
  uriRef: { format: "uri-reference" },
  address: { anyOf: [{ format: "hostname" }, { format: "ipv4" }, { format: "ipv6" }] },
  uuid: { format: "uuid" },
  tuuid: { pattern: "^[0-9a-fA-F]{32}$" },
  ulid: { pattern: "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$" },
};

/** Keywords for the rules of a string. Lengths count code points in both. */
export function stringConstraints(rules: StringRules): Schema {
  const [min, max] = rules.len > 0n ? [rules.len, rules.len] : [rules.minLen, rules.maxLen];
  const isConst = isFieldSet(rules, StringRulesSchema.field.const);
  const description = sentences(
    unknownForm(rules),
    isEcma(rules.pattern) ? "" : `Matches the RE2 pattern \`${rules.pattern}\`.`,
    rules.minBytes > 0n ? `At least ${rules.minBytes} bytes in UTF-8.` : "",
    rules.maxBytes > 0n ? `At most ${rules.maxBytes} bytes in UTF-8.` : "",
  );
  return {
    ...formOf(rules),
    ...(isConst ? { const: rules.const } : {}),
    ...(min > 0n ? { minLength: Number(min) } : {}),
    ...(max > 0n ? { maxLength: Number(max) } : {}),
    ...(rules.in.length > 0 ? { enum: rules.in } : {}),
    ...(rules.notIn.length > 0 ? { not: { enum: rules.notIn } } : {}),
    ...patternsOf(rules),
    ...(description === "" ? {} : { description }),
  };
}

function formOf({ wellKnown }: StringRules): Schema {
  return wellKnown.case !== undefined && wellKnown.value !== false ? (wellKnownForms[wellKnown.case] ?? {}) : {};
}

function unknownForm({ wellKnown }: StringRules): string {
  if (wellKnown.case === undefined || wellKnown.value === false) return "";
  return wellKnownForms[wellKnown.case] === undefined ? `Form: ${wellKnown.case}.` : "";
}

function patternsOf({ pattern, prefix, suffix, contains }: StringRules): Schema {
  const patterns = [
    isEcma(pattern) ? pattern : "",
    prefix === "" ? "" : `^${escapeText(prefix)}`,
    suffix === "" ? "" : `${escapeText(suffix)}$`,
    escapeText(contains),
  ].filter((each) => each !== "");
  const [only, ...others] = patterns;
  if (only === undefined) return {};
  return others.length === 0 ? { pattern: only } : { allOf: patterns.map((each) => ({ pattern: each })) };
}

/** Contracts write RE2; nearly all of it is ECMA-262 too, which JSON Schema asks for. */
function isEcma(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
