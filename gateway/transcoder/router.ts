/** From HTTP method and path to a route. */
import { decodeText } from "./percent.ts";
import { refusalOf } from "./refusal.ts";
import type { Route } from "./route.ts";
import { createTrie, insert, search } from "./route-trie.ts";
import { RuleError } from "./rule-error.ts";
import { describeBinding } from "./rules.ts";

/** What a lookup gives: the route with the raw segments it matched, or the methods that would have one. */
export type RouteMatch =
  | { readonly kind: "found"; readonly route: Route; readonly segments: readonly string[] }
  | { readonly kind: "other_methods"; readonly allow: readonly string[] }
  | { readonly kind: "none" };

/** Looks up routes. `path` is still percent-encoded and holds no query. */
export type Router = (httpMethod: string, path: string) => RouteMatch;

/**
 * Builds the lookup.
 *
 * @throws RuleError naming both methods when two rules answer the same requests and none is the more specific.
 */
export function createRouter(routes: readonly Route[]): Router {
  const trie = createTrie<Route>();
  const verbs = new Set<string>();
  for (const route of routes) {
    const { template, httpMethod } = route.binding;
    const other = insert(trie, template.segments, template.verb, httpMethod, route);
    if (other !== undefined) {
      const rules = `${describeBinding(other.binding)} and ${describeBinding(route.binding)}`;
      throw new RuleError(`ambiguous rules: ${rules}`, other.binding, route.binding);
    }
    if (template.verb !== "") verbs.add(template.verb);
  }

  return (httpMethod, path) => {
    const whole = splitPath(path);
    if (whole === undefined) return { kind: "none" };
    // A registered verb is split off first; where that leads nowhere the colon was part of an id.
    const candidates = [...splitVerb(whole, verbs), { raw: whole, verb: "" }];
    const allow = new Set<string>();
    for (const { raw, verb } of candidates) {
      const decoded = decodeSegments(raw);
      const route = search(trie, decoded, verb, (methods) => {
        const found = pick(methods, httpMethod);
        if (found === undefined) for (const each of methods.keys()) allow.add(each);
        return found;
      });
      if (route !== undefined) return { kind: "found", route, segments: raw };
    }
    return allow.size === 0 ? { kind: "none" } : { kind: "other_methods", allow: withImplied(allow) };
  };
}

/** HEAD is answered wherever GET is (RFC 9110, 9.3.2); `*` is the custom kind for any method. */
function pick(methods: ReadonlyMap<string, Route>, httpMethod: string): Route | undefined {
  return methods.get(httpMethod) ?? (httpMethod === "HEAD" ? methods.get("GET") : undefined) ?? methods.get("*");
}

function withImplied(allow: Set<string>): string[] {
  if (allow.has("GET")) allow.add("HEAD");
  allow.add("OPTIONS");
  return [...allow].sort();
}

/** Raw segments; undefined for a path with an empty segment (such as a trailing slash), which no template matches. */
function splitPath(path: string): string[] | undefined {
  if (path === "/") return [];
  const [before, ...segments] = path.split("/");
  return before === "" && segments.length > 0 && !segments.includes("") ? segments : undefined;
}

/** An encoded colon ("%3A") belongs to the id, so the verb is looked for before decoding. */
function* splitVerb(
  segments: readonly string[],
  verbs: ReadonlySet<string>,
): Generator<{ raw: string[]; verb: string }> {
  const last = segments.at(-1) ?? "";
  const colon = last.lastIndexOf(":");
  if (colon < 0) return;
  const verb = decodeText(last.slice(colon + 1));
  if (verb === undefined || !verbs.has(verb)) return;
  const before = segments.slice(0, -1);
  if (colon > 0) yield { raw: [...before, last.slice(0, colon)], verb };
  // `/v1/files/**` with a verb and zero segments: "/v1/files:verb" is covered above, "/:verb" here.
  else if (before.length === 0) yield { raw: [], verb };
}

function decodeSegments(raw: readonly string[]): string[] {
  return raw.map((segment) => {
    const decoded = decodeText(segment);
    if (decoded === undefined) throw refusalOf("PATH_INVALID", "", "the path is not percent-encoded UTF-8");
    // RFC 3986, 5.2.4: clients resolve dot segments. One that arrives was hidden from whatever stands in front.
    if (decoded === "." || decoded === "..") throw refusalOf("PATH_INVALID", "", "the path has a dot segment");
    return decoded;
  });
}
