/** HTTP rules from outside the protos: the `http` part of a google.api.Service in YAML or JSON (google/api/http.proto). */
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type HttpRule, HttpRuleSchema } from "#gen/google/api/http_pb.js";
import { RuleError } from "./rule-error.ts";

/** Rules of a service configuration. */
export interface ServiceConfig {
  readonly rules: readonly ConfiguredRule[];
  /** Decode `%2F` in variables of several segments too (Http.fully_decode_reserved_expansion). */
  readonly fullyDecodeReservedExpansion: boolean;
}

/** A rule and where it stands. */
export interface ConfiguredRule {
  /** Full name of the method that it is for. */
  readonly selector: string;
  readonly rule: HttpRule;
  /** `file:line`. */
  readonly source: string;
}

/**
 * Reads a service configuration; everything but `http` is passed over.
 *
 * @param fileName for messages
 * @throws RuleError that names file and line
 */
export function readServiceConfig(text: string, fileName: string): ServiceConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw new RuleError(`${fault.message.split("\n")[0]}`, {
      source: `${fileName}:${lines.linePos(fault.pos[0]).line}`,
    });
  }
  const http = document.get("http", true);
  if (http === undefined || http === null) return { rules: [], fullyDecodeReservedExpansion: false };
  const sourceOf = (node: unknown) => `${fileName}:${lines.linePos(startOf(node)).line}`;
  if (!isMap(http)) throw new RuleError('"http" must be a map with rules', { source: sourceOf(http) });
  const rules = http.get("rules", true) ?? undefined;
  if (rules !== undefined && !isSeq(rules)) {
    throw new RuleError('"http.rules" must be a list', { source: sourceOf(rules) });
  }
  return {
    rules: (rules?.items ?? []).map((item) => readRule(item, sourceOf(item))),
    fullyDecodeReservedExpansion:
      (http.get("fully_decode_reserved_expansion") ?? http.get("fullyDecodeReservedExpansion")) === true,
  };
}

function startOf(node: unknown): number {
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}

function readRule(item: unknown, source: string): ConfiguredRule {
  if (!isMap(item)) throw new RuleError("a rule must be a map", { source });
  try {
    const json: JsonValue = item.toJSON();
    const rule = fromJson(HttpRuleSchema, json);
    if (rule.selector === "") throw new RuleError("a rule needs a selector", { source });
    return { selector: rule.selector, rule, source };
  } catch (error) {
    if (error instanceof RuleError) throw error;
    throw new RuleError(error instanceof Error ? error.message : String(error), { source });
  }
}
