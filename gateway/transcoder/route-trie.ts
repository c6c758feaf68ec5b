/**
 * Finds the routes of a path. At each level a literal is tried before `*`, and `*` before `**`; when a choice leads
 * nowhere the next is tried. A node is visited at most once, so a lookup costs no more than the trie has nodes.
 */
import type { TemplateSegment } from "./template.ts";

/** Values of one shape of path, by verb and HTTP method. */
export type Leaf<T> = Map<string, Map<string, T>>;

/** One level of the trie. */
export interface TrieNode<T> {
  readonly literals: Map<string, TrieNode<T>>;
  wildcard: TrieNode<T> | undefined;
  /** Templates that end here. */
  readonly here: Leaf<T>;
  /** Templates that end in `**` from here. */
  readonly rest: Leaf<T>;
}

/** An empty trie. */
export function createTrie<T>(): TrieNode<T> {
  return { literals: new Map(), wildcard: undefined, here: new Map(), rest: new Map() };
}

/** Adds a value, and gives back the value that already holds the same shape, verb and method: nothing is changed then. */
export function insert<T>(
  root: TrieNode<T>,
  segments: readonly TemplateSegment[],
  verb: string,
  httpMethod: string,
  value: T,
): T | undefined {
  let node = root;
  let leaf: Leaf<T> | undefined;
  for (const segment of segments) {
    if (segment.kind === "literal") {
      const next = node.literals.get(segment.value) ?? createTrie<T>();
      node.literals.set(segment.value, next);
      node = next;
    } else if (segment.kind === "wildcard") {
      node.wildcard ??= createTrie<T>();
      node = node.wildcard;
    } else {
      leaf = node.rest;
    }
  }
  leaf ??= node.here;
  const methods = leaf.get(verb) ?? new Map<string, T>();
  const holder = methods.get(httpMethod);
  if (holder !== undefined) return holder;
  methods.set(httpMethod, value);
  leaf.set(verb, methods);
  return undefined;
}

/**
 * Offers each set of values that fits, the most specific first, until `accept` gives something other than undefined.
 *
 * @param segments percent-decoded
 */
export function search<T, R>(
  node: TrieNode<T>,
  segments: readonly string[],
  verb: string,
  accept: (methods: ReadonlyMap<string, T>) => R | undefined,
  depth = 0,
): R | undefined {
  const segment = segments[depth];
  if (segment !== undefined) {
    const literal = node.literals.get(segment);
    const found =
      (literal && search(literal, segments, verb, accept, depth + 1)) ??
      (node.wildcard && search(node.wildcard, segments, verb, accept, depth + 1));
    if (found !== undefined) return found;
  } else {
    const methods = node.here.get(verb);
    const found = methods && accept(methods);
    if (found !== undefined) return found;
  }
  const methods = node.rest.get(verb);
  return methods && accept(methods);
}
