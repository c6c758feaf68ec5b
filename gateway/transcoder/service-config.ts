/** HTTP rules from outside the protos: the `http` part of a google.api.Service in YAML or JSON (google/api/http.proto). */
import { type DescMessage, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { type HttpRule, HttpRuleSchema, HttpSchema } from "#gen/google/api/http_pb.js";
import { findField } from "./field-path.ts";
import { RuleError } from "./rule-error.ts";

/** Rules of a service configuration. */
export interface ServiceConfig {
  /** Of two rules for one method the later one counts, as google.api.Http has it. */
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

/** A parsed file. */
interface Source {
  readonly document: Document;
  /** `file:line` of a node. */
  readonly sourceOf: (node: unknown) => string;
}

/**
 * Reads a service configuration; everything but `http` is passed over.
 *
 * @param fileName for messages
 * @throws RuleError that names file and line
 */
export function readServiceConfig(text: string, fileName: string): ServiceConfig {
  const file = parse(text, fileName);
  const { document, sourceOf } = file;
  if (document.contents === null) return { rules: [], fullyDecodeReservedExpansion: false };
  const http = requireMap(document.contents, "a service configuration", file).get("http", true);
  if (isNothing(http)) return { rules: [], fullyDecodeReservedExpansion: false };
  const map = requireMap(http, '"http"', file);
  requireKnownKeys(map, HttpSchema, file);
  const rules = map.get("rules", true);
  if (!isNothing(rules) && !isSeq(rules)) throw new RuleError('"rules" must be a list', { source: sourceOf(rules) });
  return {
    rules: isSeq(rules) ? rules.items.map((item) => readRule(item, file)) : [],
    fullyDecodeReservedExpansion: readFlag(map, file),
  };
}

function parse(text: string, fileName: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => `${fileName}:${lines.linePos(offset).line}`;
  const [fault] = document.errors;
  if (fault !== undefined) throw new RuleError(fault.message, { source: lineAt(fault.pos[0]) });
  return { document, sourceOf: (node) => lineAt((node as Partial<Node> | null)?.range?.[0] ?? 0) };
}

function readRule(item: unknown, file: Source): ConfiguredRule {
  const source = file.sourceOf(item);
  const map = requireMap(item, "a rule", file);
  requireKnownKeys(map, HttpRuleSchema, file);
  try {
    const json: JsonValue = map.toJS(file.document);
    const rule = fromJson(HttpRuleSchema, json);
    if (rule.selector === "") throw new RuleError("a rule needs a selector", { source });
    return { selector: rule.selector, rule, source };
  } catch (error) {
    if (error instanceof RuleError) throw error;
    throw new RuleError(error instanceof Error ? error.message : String(error), { source });
  }
}

function readFlag(map: YAMLMap, { sourceOf }: Source): boolean {
  const node = map.get("fully_decode_reserved_expansion", true) ?? map.get("fullyDecodeReservedExpansion", true);
  if (isNothing(node)) return false;
  if (isScalar(node) && typeof node.value === "boolean") return node.value;
  throw new RuleError('"fully_decode_reserved_expansion" must be true or false', { source: sourceOf(node) });
}

/** Of a key that is not there, or that nothing is written behind. */
function isNothing(node: unknown): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

function requireMap(node: unknown, what: string, { sourceOf }: Source): YAMLMap {
  if (isMap(node)) return node;
  throw new RuleError(`${what} must be a map`, { source: sourceOf(node) });
}

/** At the line of the key itself, also in what the map holds. */
function requireKnownKeys(map: YAMLMap, desc: DescMessage, file: Source): void {
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : "";
    const field = findField(desc, name);
    if (field === undefined) {
      throw new RuleError(`${desc.typeName} has no field "${name}"`, { source: file.sourceOf(key) });
    }
    const below = field.message;
    if (below === undefined || desc === HttpSchema) continue;
    for (const each of isSeq(value) ? value.items : [value]) {
      if (isMap(each)) requireKnownKeys(each, below, file);
    }
  }
}
