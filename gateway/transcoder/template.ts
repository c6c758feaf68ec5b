/**
 * Path templates of google.api.http (http.proto, "Path template syntax"):
 *
 *     Template = "/" Segments [ Verb ] ;
 *     Segments = Segment { "/" Segment } ;
 *     Segment  = "*" | "**" | LITERAL | Variable ;
 *     Variable = "{" FieldPath [ "=" Segments ] "}" ;
 *     FieldPath = IDENT { "." IDENT } ;
 *     Verb     = ":" LITERAL ;
 */
import { decodeText } from "./percent.ts";

/** A parsed template. The segments stand flat in `segments`; a variable is a range of them. */
export interface Template {
  /** As written in the rule. */
  readonly source: string;
  readonly segments: readonly TemplateSegment[];
  readonly variables: readonly TemplateVariable[];
  /** Custom verb without its colon; empty for none. */
  readonly verb: string;
}

/** `literal` is matched after decoding, so `value` holds no percent-encoding. `rest` is `**` and always last. */
export type TemplateSegment =
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "wildcard" }
  | { readonly kind: "rest" };

/** The segments `start` (inclusive) to `end` (exclusive) are bound to the field. */
export interface TemplateVariable {
  /** Field names as written, outermost first. */
  readonly fieldPath: readonly string[];
  readonly start: number;
  readonly end: number;
  /** False when exactly one path segment is bound: such a value is percent-decoded in full (http.proto). */
  readonly multiSegment: boolean;
  /** True when the last segment is `**`: the variable takes whatever path is left. */
  readonly reachesEnd: boolean;
}

/** A template that http.proto does not allow. `offset` counts UTF-16 units from the start of the template. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  constructor(source: string, offset: number, problem: string) {
    super(`path template "${source}", at ${offset}: ${problem}`);
  }
}

// http.proto leaves LITERAL open; these are RFC 3986 path characters less those with a meaning in a template.
const literalPattern = /(?:[A-Za-z0-9\-._~!$&'()+,;=@]|%[0-9A-Fa-f]{2})+/y;
const identPattern = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Parses a path template.
 *
 * @throws TemplateError for anything outside the grammar, for nested variables, for `**` before the end and for a
 *   field bound twice.
 */
export function parseTemplate(source: string): Template {
  const segments: TemplateSegment[] = [];
  const variables: TemplateVariable[] = [];
  let offset = 0;

  take("/", "a template starts with '/'");
  readSegments(false);
  const verb = source[offset] === ":" ? readVerb() : "";
  if (offset < source.length) fail(`unexpected "${source[offset]}"`);
  return { source, segments, variables, verb };

  function readSegments(insideVariable: boolean): void {
    readSegment(insideVariable);
    while (source[offset] === "/") {
      if (segments.at(-1)?.kind === "rest") fail("'**' must be the last segment");
      offset++;
      readSegment(insideVariable);
    }
  }

  function readSegment(insideVariable: boolean): void {
    if (source[offset] === "{") {
      if (insideVariable) fail("a variable must not contain other variables");
      readVariable();
    } else if (source.startsWith("**", offset)) {
      offset += 2;
      segments.push({ kind: "rest" });
    } else if (source[offset] === "*") {
      offset++;
      segments.push({ kind: "wildcard" });
    } else {
      segments.push({ kind: "literal", value: readLiteral("a segment") });
    }
  }

  function readVariable(): void {
    take("{", "a variable starts with '{'");
    const fieldPath = [match(identPattern, "a field name")];
    while (source[offset] === ".") {
      offset++;
      fieldPath.push(match(identPattern, "a field name"));
    }
    const name = fieldPath.join(".");
    if (variables.some((other) => other.fieldPath.join(".") === name)) fail(`the field ${name} is bound twice`);
    const start = segments.length;
    if (source[offset] === "=") {
      offset++;
      readSegments(true);
    } else {
      segments.push({ kind: "wildcard" });
    }
    take("}", "a variable ends with '}'");
    const end = segments.length;
    const reachesEnd = segments[end - 1]?.kind === "rest";
    variables.push({ fieldPath, start, end, multiSegment: reachesEnd || end - start > 1, reachesEnd });
  }

  function readVerb(): string {
    offset++;
    return readLiteral("a verb");
  }

  function readLiteral(what: string): string {
    const start = offset;
    const raw = match(literalPattern, what);
    const decoded = decodeText(raw);
    if (decoded === undefined) throw new TemplateError(source, start, `${what} is not percent-encoded UTF-8`);
    return decoded;
  }

  function match(pattern: RegExp, what: string): string {
    pattern.lastIndex = offset;
    const found = pattern.exec(source)?.[0];
    if (found === undefined) fail(`expected ${what}`);
    offset += found.length;
    return found;
  }

  function take(char: string, rule: string): void {
    if (source[offset] !== char) fail(rule);
    offset++;
  }

  function fail(problem: string): never {
    throw new TemplateError(source, offset, problem);
  }
}
