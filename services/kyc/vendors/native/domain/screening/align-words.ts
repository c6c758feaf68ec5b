/** Which word of one name answers to which of another: the assignment that together is most alike. */
import type { NameWord } from "./normalise-name.ts";
import { type Likeness, type Similarity, similarity } from "./similarity.ts";

/** Words of one name that answer to words of the other: one to one, or two written apart to one written together. */
export interface WordPair {
  /** Positions in the one name and in the other. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly similarity: number;
  readonly likeness: Likeness | "joined";
}

/** A name with what each of its words counts. */
export interface WeighedName {
  readonly words: readonly NameWord[];
  readonly weights: readonly number[];
}

/** How alike two words are; a store of those known already may stand behind it. */
export type CompareWords = (a: NameWord, b: NameWord) => Similarity;

/** Two words written together in the other name count as nearly the same. */
const JOINED = 0.97;
/** What is written together must be long enough not to be met by chance. */
export const SHORTEST_JOINED = 5;

interface Edge {
  readonly left: number;
  readonly right: number;
  readonly worth: number;
  readonly found: Similarity;
}

/** Pairs up the words of two names; order in the names does not matter. */
export function alignWords(left: WeighedName, right: WeighedName, compare: CompareWords = similarity): WordPair[] {
  const same = sameWords(left, right);
  const lefts = new Set(same.map(([i]) => i));
  const rights = new Set(same.map(([, j]) => j));
  const edges: Edge[] = [];
  for (const [i, a] of left.words.entries()) {
    for (const [j, b] of right.words.entries()) {
      if (lefts.has(i) || rights.has(j)) {
        continue;
      }
      const found = compare(a, b);
      if (found.value > 0) {
        edges.push({ left: i, right: j, found, worth: found.value * (weightOf(left, i) + weightOf(right, j)) });
      }
    }
  }
  const exact = same.map(([i, j]): WordPair => ({ left: [i], right: [j], similarity: 1, likeness: "same" }));
  const near = assign(edges).map(
    (edge): WordPair => ({
      left: [edge.left],
      right: [edge.right],
      similarity: edge.found.value,
      likeness: edge.found.likeness,
    }),
  );
  return withJoined(left, right, [...exact, ...near]);
}

/** A word that both names have answers to itself, however much more another that is like it would weigh. */
function sameWords(left: WeighedName, right: WeighedName): (readonly [number, number])[] {
  const free = new Set(right.words.keys());
  return [...left.words.entries()].flatMap(([i, { text }]) => {
    const j = [...free].find((position) => right.words[position]?.text === text);
    if (j === undefined) {
      return [];
    }
    free.delete(j);
    return [[i, j] as const];
  });
}

/**
 * The most worthy set of edges that shares no word. Names are short and most words have one answer, so a search over the
 * edges of each word of the left name, cut where the rest cannot catch up, is exact and ends at once; where a name repeats
 * itself so much that it would not, the worthiest edges are taken one by one.
 */
function assign(edges: readonly Edge[]): Edge[] {
  const byLeft = Map.groupBy(edges, (edge) => edge.left);
  const rows = [...byLeft.values()].map((row) => row.toSorted((a, b) => b.worth - a.worth));
  const bestRest = rows.map(() => 0);
  for (let row = rows.length - 1, rest = 0; row >= 0; row--) {
    rest += rows[row]?.[0]?.worth ?? 0;
    bestRest[row] = rest;
  }
  let best: Edge[] = takeGreedily(edges);
  let bestWorth = worthOf(best);
  let steps = 0;
  const taken = new Set<number>();
  const chosen: Edge[] = [];
  const search = (row: number, worth: number) => {
    if (worth > bestWorth + 1e-12) {
      best = [...chosen];
      bestWorth = worth;
    }
    if (row === rows.length || worth + (bestRest[row] ?? 0) <= bestWorth + 1e-12 || ++steps > MAX_STEPS) {
      return;
    }
    for (const edge of rows[row] ?? []) {
      if (!taken.has(edge.right)) {
        taken.add(edge.right);
        chosen.push(edge);
        search(row + 1, worth + edge.worth);
        chosen.pop();
        taken.delete(edge.right);
      }
    }
    search(row + 1, worth);
  };
  search(0, 0);
  return best;
}

/** Far more than names need: two of eight words with two answers each take some hundred. */
const MAX_STEPS = 2_000;

function takeGreedily(edges: readonly Edge[]): Edge[] {
  const lefts = new Set<number>();
  const rights = new Set<number>();
  return edges
    .toSorted((a, b) => b.worth - a.worth)
    .filter((edge) => {
      const isFree = !lefts.has(edge.left) && !rights.has(edge.right);
      if (isFree) {
        lefts.add(edge.left);
        rights.add(edge.right);
      }
      return isFree;
    });
}

function worthOf(edges: readonly Edge[]): number {
  return edges.reduce((sum, edge) => sum + edge.worth, 0);
}

/** Gives words that found no answer a second look: two words of the one name may be one word of the other. */
function withJoined(left: WeighedName, right: WeighedName, pairs: readonly WordPair[]): WordPair[] {
  const joined = [
    ...joinsOf(left, right, pairs).map(([apart, together]) => ({ left: apart, right: together })),
    ...joinsOf(right, left, pairs.map(flip)).map(([apart, together]) => ({ left: together, right: apart })),
  ];
  const result = [...pairs];
  for (const join of joined) {
    const inTheWay = result.filter((pair) => overlaps(pair.left, join.left) || overlaps(pair.right, join.right));
    const lost = inTheWay.reduce((sum, pair) => sum + pair.similarity * weightOfPair(left, right, pair), 0);
    if (JOINED * weightOfPair(left, right, join) > lost) {
      for (const pair of inTheWay) {
        result.splice(result.indexOf(pair), 1);
      }
      result.push({ ...join, similarity: JOINED, likeness: "joined" });
    }
  }
  return result;
}

/** Two words of the one name, in either order, that together are a word of the other which has no full answer yet. */
function joinsOf(
  apart: WeighedName,
  together: WeighedName,
  pairs: readonly WordPair[],
): (readonly [readonly number[], readonly number[]])[] {
  const same = new Set(pairs.filter((pair) => pair.likeness === "same").flatMap((pair) => pair.right));
  return [...together.words.entries()].flatMap(([position, { text }]) => {
    if (text.length < SHORTEST_JOINED || same.has(position)) {
      return [];
    }
    for (const [i, front] of apart.words.entries()) {
      const j = text.startsWith(front.text)
        ? apart.words.findIndex((back, at) => at !== i && text === front.text + back.text)
        : -1;
      if (j >= 0) {
        return [[[i, j].sort((a, b) => a - b), [position]] as const];
      }
    }
    return [];
  });
}

function flip(pair: WordPair): WordPair {
  return { ...pair, left: pair.right, right: pair.left };
}

function overlaps(a: readonly number[], b: readonly number[]): boolean {
  return a.some((position) => b.includes(position));
}

function weightOfPair(left: WeighedName, right: WeighedName, pair: Pick<WordPair, "left" | "right">): number {
  return (
    pair.left.reduce((sum, position) => sum + weightOf(left, position), 0) +
    pair.right.reduce((sum, position) => sum + weightOf(right, position), 0)
  );
}

function weightOf(name: WeighedName, position: number): number {
  return name.weights[position] ?? 0;
}
