/** The query: parameters named by field paths (http.proto, rules for HTTP mapping, 1 and 2). */
import type { DescMessage } from "@bufbuild/protobuf";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import { overlaps, resolveFieldPath } from "./field-path.ts";
import { decodeQueryText } from "./percent.ts";
import type { Reading } from "./reading.ts";
import { addViolation, type RefusalReason, refusalOf, shorten } from "./refusal.ts";
import type { Route } from "./route.ts";
import { bindText, type FieldChain, holdsText } from "./text-binding.ts";

/** One `name=value`, decoded. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/**
 * Splits and decodes a query without its `?`. A name without `=` has the value "".
 *
 * @throws Refusal QUERY_INVALID when a part is not percent-encoded UTF-8, or there are too many
 */
export function parseQuery(query: string, maxParameters: number): QueryParameter[] {
  const parameters: QueryParameter[] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    if (parameters.length === maxParameters) {
      throw refusalOf("QUERY_INVALID", "", `the query has more than ${maxParameters} parameters`);
    }
    const equals = part.indexOf("=");
    const name = decodeQueryText(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? "" : decodeQueryText(part.slice(equals + 1));
    if (name === undefined || value === undefined) {
      throw refusalOf("QUERY_INVALID", shorten(part), "the parameter is not percent-encoded UTF-8");
    }
    parameters.push({ name, value });
  }
  return parameters;
}

/** How queries are read. */
export interface QueryRules {
  readonly ignoredQueryParameters: ReadonlySet<string>;
  readonly ignoreUnknownQueryParameters: boolean;
  readonly maxQueryParameters: number;
}

/** Sets the fields that parameters name. What does not fit is noted. */
export function bindQuery(
  root: ReflectMessage,
  route: Route,
  parameters: readonly QueryParameter[],
  { ignoredQueryParameters: ignored, ignoreUnknownQueryParameters: ignoreUnknown }: QueryRules,
  reading: Reading,
): void {
  const given = new Set<string>();
  for (const { name, value } of parameters) {
    if (ignored.has(name)) continue;
    const target = findTarget(route, name);
    if ("reason" in target) {
      if (ignoreUnknown && target.isUnknown === true) continue;
      addViolation(reading.violations, target.reason, name, target.description);
      continue;
    }
    const { chain, mapKey } = target;
    if (chain.length > reading.maxDepth) {
      addViolation(reading.violations, "QUERY_INVALID", name, `the path is deeper than ${reading.maxDepth} levels`);
      continue;
    }
    const last = chain.at(-1) ?? chain[0];
    // By number, so that both spellings of a field are the same field.
    const identity = chain.map(({ number }) => number).join(".") + (mapKey === undefined ? "" : `[${mapKey}]`);
    if (last.fieldKind !== "list" && given.has(identity)) {
      addViolation(reading.violations, "QUERY_PARAMETER_REPEATED", name, "the parameter takes one value");
      continue;
    }
    given.add(identity);
    bindText(root, chain, value, name, reading, mapKey);
  }
}

type Target =
  | { readonly chain: FieldChain; readonly mapKey: string | undefined }
  | { readonly reason: RefusalReason; readonly description: string; readonly isUnknown?: true };

const mapParameter = /^([^[\]]+)\[(.*)\]$/s;

function findTarget(route: Route, name: string): Target {
  const [, base, mapKey] = mapParameter.exec(name) ?? [undefined, name, undefined];
  const path = resolveFieldPath(route.binding.method.input, (base ?? name).split("."));
  if ("problem" in path) return { reason: "QUERY_PARAMETER_UNKNOWN", description: path.problem, isUnknown: true };
  const chain = path.fields;
  if (overlaps(route.pathFields, chain)) {
    return { reason: "PATH_AND_QUERY_CONFLICT", description: "the path decides this field" };
  }
  if (route.body.kind === "field" && chain[0] === route.body.field) {
    return { reason: "QUERY_AND_BODY_CONFLICT", description: "the field belongs in the body" };
  }
  if (route.body.kind === "whole") {
    return { reason: "QUERY_PARAMETER_UNKNOWN", description: "all fields belong in the body" };
  }
  return checkLast(route.binding.method.input, chain, mapKey);
}

function checkLast(input: DescMessage, chain: FieldChain, mapKey: string | undefined): Target {
  const last = chain.at(-1) ?? chain[0];
  const problem = (description: string): Target => ({ reason: "QUERY_PARAMETER_UNKNOWN", description });
  if (last.fieldKind === "map" && mapKey === undefined) return problem(`name a key: ${last.jsonName}[key]=value`);
  if (last.fieldKind !== "map" && mapKey !== undefined) return problem(`"${last.jsonName}" is not a map`);
  if (!holdsText(last)) return problem(`"${last.jsonName}" of ${input.typeName} cannot be given in the query`);
  return { chain, mapKey };
}
