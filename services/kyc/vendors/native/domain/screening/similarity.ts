/** How alike two words are: Jaro-Winkler for the shape, edits for the length, sound for the spelling. */
import type { NameWord } from "./normalise-name.ts";

/** Below this two words are two words. */
export const LEAST_SIMILARITY = 0.8;
/** An initial stands for a name, but for many. */
const INITIAL = 0.8;
/** Words that sound alike are at least this alike, if also written more alike than not. */
const SOUNDS_ALIKE = 0.92;
const SOUNDS_ALIKE_LEAST = 0.6;
/** One edit in a word of this many letters or more leaves it the same word. */
const LONG_WORD = 5;
const ONE_EDIT = 0.9;
/** Words this short are the same, or sound the same with one letter's difference, or are two words. */
const SHORT_WORD = 3;
const SHORT_SOUNDS_ALIKE = 0.88;

/** Why two words were taken for one. */
export type Likeness = "same" | "similar" | "sounds_alike" | "initial";

export interface Similarity {
  /** 0, or from `LEAST_SIMILARITY` to 1. */
  readonly value: number;
  readonly likeness: Likeness;
}

const DIFFERENT: Similarity = { value: 0, likeness: "similar" };
const SAME: Similarity = { value: 1, likeness: "same" };

/** How alike two words are; the order of the two does not matter. */
export function similarity(a: NameWord, b: NameWord): Similarity {
  if (a.text === b.text) {
    return SAME;
  }
  if (a.text.length === 1 || b.text.length === 1) {
    const isInitial = a.text[0] === b.text[0] && isName(a) && isName(b);
    return isInitial ? { value: INITIAL, likeness: "initial" } : DIFFERENT;
  }
  if (a.isVowelless !== b.isVowelless) {
    return withoutVowels(a.key, b.key);
  }
  if (/[0-9]/.test(a.text) || /[0-9]/.test(b.text)) {
    return DIFFERENT; // "Brigade 313" is not "Brigade 312".
  }
  return written(a, b);
}

function isName({ kind }: NameWord): boolean {
  return kind === "name" || kind === "middle_name";
}

function written(a: NameWord, b: NameWord): Similarity {
  const longest = Math.max(a.text.length, b.text.length);
  const shortest = Math.min(a.text.length, b.text.length);
  const edits = editDistance(a.text, b.text);
  const soundsAlike = a.key === b.key && a.key.length > 1;
  if (shortest <= SHORT_WORD) {
    const isLikely = shortest === SHORT_WORD && soundsAlike && edits === 1;
    return isLikely ? { value: SHORT_SOUNDS_ALIKE, likeness: "sounds_alike" } : DIFFERENT;
  }
  const share = 1 - edits / longest;
  let value = (jaroWinkler(a.text, b.text) + share) / 2;
  if (edits === 1 && longest > LONG_WORD) {
    value = Math.max(value, ONE_EDIT);
  }
  if (soundsAlike && share >= SOUNDS_ALIKE_LEAST) {
    return { value: Math.max(value, SOUNDS_ALIKE), likeness: "sounds_alike" };
  }
  return value >= LEAST_SIMILARITY ? { value, likeness: "similar" } : DIFFERENT;
}

/** One of the two has no vowels to compare. */
function withoutVowels(a: string, b: string): Similarity {
  if (a.replace(/^a/, "") === b.replace(/^a/, "") && a.length > 1) {
    return { value: SOUNDS_ALIKE, likeness: "sounds_alike" };
  }
  const value = Math.min(a.length, b.length) > SHORT_WORD ? jaroWinkler(a, b) * SOUNDS_ALIKE : 0;
  return value >= LEAST_SIMILARITY ? { value, likeness: "sounds_alike" } : DIFFERENT;
}

/** Jaro-Winkler (Winkler 1990): prefix of at most four letters, 0.1 for each. 0 to 1. */
export function jaroWinkler(a: string, b: string): number {
  if (a.length === 0 || b.length === 0) {
    return a === b ? 1 : 0;
  }
  if (a.length > b.length || (a.length === b.length && a > b)) {
    return jaroWinkler(b, a); // Letters are taken greedily from the first: which that is must not matter.
  }
  const reach = Math.max(Math.floor(Math.max(a.length, b.length) / 2) - 1, 0);
  const taken = new Uint8Array(b.length);
  const fromA: string[] = [];
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(i + reach, b.length - 1);
    for (let j = Math.max(i - reach, 0); j <= end; j++) {
      if (taken[j] === 0 && a[i] === b[j]) {
        taken[j] = 1;
        fromA.push(a[i] ?? "");
        break;
      }
    }
  }
  if (fromA.length === 0) {
    return 0;
  }
  let crossed = 0;
  let next = 0;
  for (let j = 0; j < b.length; j++) {
    if (taken[j] === 1 && b[j] !== fromA[next++]) {
      crossed++;
    }
  }
  const found = fromA.length;
  const jaro = (found / a.length + found / b.length + (found - crossed / 2) / found) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && a[prefix] === b[prefix]) {
    prefix++;
  }
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Damerau-Levenshtein, neighbours swapped counting once (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      }
      row.push(edits);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
