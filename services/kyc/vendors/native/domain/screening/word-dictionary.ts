/** Every word of every listed name, found again by what is written a little otherwise. */
import { LRUCache } from "lru-cache";
import type { NameWord } from "./normalise-name.ts";
import { type Similarity, similarity } from "./similarity.ts";

/** A word that answers to one asked for. */
export interface FoundWord {
  readonly id: number;
  readonly found: Similarity;
}

/** Written while the list is read, then only read. */
export interface WordDictionary {
  readonly size: number;
  /** The word's number, new or known. */
  add(word: NameWord): number;
  /** The word's number, where it is known. */
  idOf(text: string): number | undefined;
  /** Known words that are the same as one, or nearly: all within one edit, all that sound the same, most that share half of their letter triples. */
  alike(word: NameWord): FoundWord[];
}

/** Words shorter than this are found only as they are. */
const SHORTEST_FUZZY = 3;
/** Share of the asked word's triples that another must have to be looked at. */
const SHARED_TRIPLES = 0.5;
/** Answers that are kept: names repeat themselves, and 10,000 words are most that a bank's customers are called. */
const KEPT_ANSWERS = 10_000;

/** Makes an empty dictionary. */
export function createWordDictionary(): WordDictionary {
  const words: NameWord[] = [];
  const ids = new Map<string, number>();
  const shortened = new Map<string, number[]>();
  const keys = new Map<string, number[]>();
  const triples = new Map<string, number[]>();
  const answers = new LRUCache<string, FoundWord[]>({ max: KEPT_ANSWERS });

  const addFuzzy = (word: NameWord, id: number) => {
    for (const less of shorteningsOf(word.text)) {
      append(shortened, less, id);
    }
    for (const triple of triplesOf(word.text)) {
      append(triples, triple, id);
    }
    append(keys, word.key, id);
  };

  const nearby = (word: NameWord): Set<number> => {
    const near = new Set<number>(keys.get(word.key));
    if (word.isVowelless) {
      // Whether it begins with a vowel is not written.
      const other = word.key.startsWith("a") ? word.key.slice(1) : `a${word.key}`;
      return new Set([...near, ...(keys.get(other) ?? [])]);
    }
    for (const less of shorteningsOf(word.text)) {
      for (const id of shortened.get(less) ?? []) {
        near.add(id);
      }
    }
    const asked = triplesOf(word.text);
    const counts = new Map<number, number>();
    for (const triple of asked) {
      for (const id of triples.get(triple) ?? []) {
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    const enough = Math.ceil(asked.length * SHARED_TRIPLES);
    for (const [id, count] of counts) {
      if (count >= enough) {
        near.add(id);
      }
    }
    return near;
  };

  const look = (word: NameWord): FoundWord[] => {
    const candidates = word.text.length >= SHORTEST_FUZZY || word.isVowelless ? nearby(word) : new Set<number>();
    const exact = ids.get(wordId(word));
    if (exact !== undefined) {
      candidates.add(exact);
    }
    return [...candidates]
      .sort((a, b) => a - b)
      .flatMap((id) => {
        const known = words[id];
        const found = known === undefined ? undefined : similarity(word, known);
        return found !== undefined && found.value > 0 ? [{ id, found }] : [];
      });
  };

  return {
    get size() {
      return words.length;
    },
    add(word) {
      const known = ids.get(wordId(word));
      if (known !== undefined) {
        return known;
      }
      answers.clear();
      const id = words.push(word) - 1;
      ids.set(wordId(word), id);
      if (word.text.length >= SHORTEST_FUZZY || word.isVowelless) {
        addFuzzy(word, id);
      }
      return id;
    },
    idOf: (text) => ids.get(text),
    alike(word) {
      const key = `${word.kind} ${wordId(word)}`;
      const known = answers.get(key);
      if (known !== undefined) {
        return known;
      }
      const found = look(word);
      answers.set(key, found);
      return found;
    },
  };
}

/** A word without vowels is another than the same letters in a script that has them. */
function wordId(word: NameWord): string {
  return word.isVowelless ? `~${word.text}` : word.text;
}

/** The word and all that lack one letter of it: two words within one edit of each other share one (SymSpell). */
function shorteningsOf(text: string): Set<string> {
  const all = new Set([text]);
  for (let i = 0; i < text.length; i++) {
    all.add(text.slice(0, i) + text.slice(i + 1));
  }
  return all;
}

/** Triples of letters, the word's start and end marked. */
function triplesOf(text: string): string[] {
  const marked = `^${text}$`;
  return [...new Set(Array.from({ length: marked.length - 2 }, (_, i) => marked.slice(i, i + 3)))];
}

function append(lists: Map<string, number[]>, key: string, id: number): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [id]);
  } else {
    list.push(id);
  }
}
