/** Which listed names are worth a close look: those that share enough of the asked name's weight to reach the threshold. */
import { SHORTEST_JOINED, type WeighedName } from "./align-words.ts";
import { LEAST_FINDING_WEIGHT, type NameIndex } from "./name-index.ts";
import type { NameWord } from "./normalise-name.ts";
import { bestPossible } from "./score-name.ts";

/** A word written together must be cut into parts of at least this many letters. */
const SHORTEST_PART = 2;

interface Share {
  asked: number;
  listed: number;
}

/** Positions of listed names that can score `leastShare` (0 to 1) or more, ascending. */
export function findCandidates(index: NameIndex, asked: WeighedName, leastShare: number): number[] {
  const shares = new Map<number, Share>();
  for (const [position, word] of asked.words.entries()) {
    const isFinding = (asked.weights[position] ?? 0) >= LEAST_FINDING_WEIGHT || asked.words.length === 1;
    if (isFinding && word.text.length > 1) {
      addShares(shares, foundBy(index, word), asked.weights[position] ?? 0);
    }
  }
  for (const { found, weight } of joinsIn(index, asked)) {
    addShares(shares, found, weight);
  }
  const askedWeight = sum(asked.weights);
  const initials = sum(asked.weights.filter((_, position) => asked.words[position]?.text.length === 1));
  return [...shares]
    .filter(([position, share]) => {
      const name = index.names[position];
      const small = name?.smallWeight ?? 0;
      const lackAsked = Math.max(0, askedWeight - share.asked - initials - small) / askedWeight;
      const lackListed =
        name === undefined ? 1 : Math.max(0, name.weight - share.listed - small - initials) / name.weight;
      return bestPossible(lackAsked, lackListed) >= leastShare;
    })
    .map(([position]) => position)
    .sort((a, b) => a - b);
}

/** Listed names with a word like this, each with the weight of that word there. */
function foundBy(index: NameIndex, word: NameWord): Map<number, number> {
  const found = new Map<number, number>();
  for (const { id } of index.words.alike(word)) {
    note(found, index, id);
  }
  return found;
}

function note(found: Map<number, number>, index: NameIndex, wordId: number): void {
  const weight = index.weightOf(wordId);
  for (const position of index.namesOf(wordId)) {
    found.set(position, Math.max(found.get(position) ?? 0, weight));
  }
}

function addShares(shares: Map<number, Share>, found: ReadonlyMap<number, number>, weight: number): void {
  for (const [position, listed] of found) {
    const share = shares.get(position);
    if (share === undefined) {
      shares.set(position, { asked: weight, listed });
    } else {
      share.asked += weight;
      share.listed += listed;
    }
  }
}

/** Pairs of words that a listed name has as one word, and words that a listed name has as two. */
function joinsIn(index: NameIndex, asked: WeighedName): { found: Map<number, number>; weight: number }[] {
  const joins: { found: Map<number, number>; weight: number }[] = [];
  for (const [position, word] of asked.words.entries()) {
    const weight = asked.weights[position] ?? 0;
    for (const [other, { text }] of asked.words.entries()) {
      const whole = word.text + text;
      const together = other === position || whole.length < SHORTEST_JOINED ? undefined : index.words.idOf(whole);
      if (together !== undefined) {
        const found = new Map<number, number>();
        note(found, index, together);
        joins.push({ found, weight: weight + (asked.weights[other] ?? 0) });
      }
    }
    for (let cut = SHORTEST_PART; cut <= word.text.length - SHORTEST_PART; cut++) {
      const [front, back] = [index.words.idOf(word.text.slice(0, cut)), index.words.idOf(word.text.slice(cut))];
      if (front !== undefined && back !== undefined) {
        joins.push({ found: withBoth(index, front, back), weight });
      }
    }
  }
  return joins;
}

function withBoth(index: NameIndex, front: number, back: number): Map<number, number> {
  const backs = new Set(index.namesOf(back));
  const weight = index.weightOf(front) + index.weightOf(back);
  return new Map(index.namesOf(front).flatMap((position) => (backs.has(position) ? [[position, weight]] : [])));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
