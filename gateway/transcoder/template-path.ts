/** Writes a template as a path that OpenAPI 3 and URI templates can state: one parameter per open segment. */
import type { Template } from "./template.ts";

/** `/v1/{name=accounts/*}` becomes `/v1/accounts/{account}` with one parameter. */
export interface ExpandedPath {
  readonly path: string;
  readonly parameters: readonly PathParameter[];
}

/** One parameter of an expanded path. */
export interface PathParameter {
  /** Unique in the path. */
  readonly name: string;
  /** Request field that the surrounding variable binds; undefined for a wildcard outside any variable. */
  readonly fieldPath: readonly string[] | undefined;
  /** True for `**`: the value holds zero or more segments. */
  readonly multiSegment: boolean;
}

/**
 * Expands a template. A variable of one segment keeps its field's name; a wildcard inside a longer variable is named by
 * the singular of the literal before it, as AIP-122 names collections (`accounts/*` → `account`).
 */
export function expandTemplate(template: Template): ExpandedPath {
  const parameters: PathParameter[] = [];
  const taken = new Set<string>();
  const parts = template.segments.map((segment, index) => {
    if (segment.kind === "literal") return encodeURIComponent(segment.value);
    const variable = template.variables.find(({ start, end }) => start <= index && index < end);
    const before = template.segments[index - 1];
    const alone = variable !== undefined && variable.end - variable.start === 1;
    const wanted =
      !alone && before?.kind === "literal" ? singular(before.value) : (variable?.fieldPath.join("_") ?? "segment");
    const name = unused(wanted, taken);
    taken.add(name);
    parameters.push({ name, fieldPath: variable?.fieldPath, multiSegment: segment.kind === "rest" });
    return `{${name}}`;
  });
  const verb = template.verb === "" ? "" : `:${encodeURIComponent(template.verb)}`;
  return { path: `/${parts.join("/")}${verb}`, parameters };
}

function singular(plural: string): string {
  if (plural.endsWith("ies")) return `${plural.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(plural)) return plural.slice(0, -2);
  return plural.endsWith("s") && !plural.endsWith("ss") ? plural.slice(0, -1) : plural;
}

function unused(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
  return name;
}
