/** Lists made ready to be asked: every name cut into weighed words, and from each word the names that have it. */
import type { WeighedName } from "./align-words.ts";
import type { ListedName, ListedParty } from "./listed-party.ts";
import { WORD_SHARE } from "./name-words.ts";
import { type NormalName, normaliseName } from "./normalise-name.ts";
import { createWordDictionary, type WordDictionary } from "./word-dictionary.ts";

/** A listed name, ready. */
export interface IndexedName extends WeighedName {
  readonly party: ListedParty;
  readonly name: ListedName;
  /** Sum of its words' weights. */
  readonly weight: number;
  /** Of that: words that candidates are not looked for by, such as initials and "de". */
  readonly smallWeight: number;
}

export interface NameIndex {
  readonly parties: readonly ListedParty[];
  readonly names: readonly IndexedName[];
  readonly words: WordDictionary;
  /** Names (positions in `names`) that have a word, by the word's number. */
  readonly namesOf: (word: number) => readonly number[];
  /** What a word weighs, by its number. */
  readonly weightOf: (word: number) => number;
  /** Parties that have an identifier, by its letters and digits alone. */
  readonly partiesOf: (identifier: string) => readonly ListedParty[];
  /** Weighs a name's words: a word that few listed names have says more. */
  weigh(name: NormalName): WeighedName;
}

/** What the commonest word of a list still counts, of the rarest's 1. */
const LEAST_WEIGHT = 0.35;
/** Words that weigh less find too much by themselves: "de", "Mr", "S.A.". */
export const LEAST_FINDING_WEIGHT = 0.2;
/** Identifiers shorter than this are met by chance. */
const SHORTEST_IDENTIFIER = 6;

/** Makes lists ready. The same parties in the same order make the same index. */
export function buildNameIndex(parties: readonly ListedParty[]): NameIndex {
  const words = createWordDictionary();
  const read = parties.flatMap((party) =>
    party.names.map((name) => ({ party, name, normal: normaliseName(name.text, isOrganisation(party)) })),
  );
  const postings: number[][] = [];
  for (const [position, { normal }] of read.entries()) {
    for (const word of new Set(normal.words.map((one) => words.add(one)))) {
      const list = postings[word];
      if (list === undefined) {
        postings[word] = [position];
      } else {
        list.push(position);
      }
    }
  }
  const namesOf = (word: number) => postings[word] ?? [];
  const rarityOf = (frequency: number) =>
    Math.max(LEAST_WEIGHT, 1 - Math.log(Math.max(frequency, 1)) / Math.log(Math.max(read.length, 2)));
  const weightOf = (word: number) => rarityOf(namesOf(word).length);
  const weigh = ({ words: of }: NormalName): WeighedName => ({
    words: of,
    weights: of.map((word) => {
      const id = words.idOf(word.text);
      return (id === undefined ? 1 : weightOf(id)) * WORD_SHARE[word.kind];
    }),
  });
  const identifiers = identifiersOf(parties);
  return {
    parties,
    names: read.map(({ party, name, normal }) => ({ party, name, ...withSums(weigh(normal)) })),
    words,
    namesOf,
    weightOf,
    partiesOf: (identifier) => identifiers.get(bareIdentifier(identifier)) ?? [],
    weigh,
  };
}

/** A party whose names are read as a firm's. */
export function isOrganisation(party: Pick<ListedParty, "kind">): boolean {
  return party.kind !== "person";
}

function withSums(name: WeighedName): WeighedName & Pick<IndexedName, "weight" | "smallWeight"> {
  let weight = 0;
  let smallWeight = 0;
  for (const [position, word] of name.words.entries()) {
    const own = name.weights[position] ?? 0;
    weight += own;
    if (own < LEAST_FINDING_WEIGHT || word.text.length === 1) {
      smallWeight += own;
    }
  }
  return { ...name, weight, smallWeight };
}

function identifiersOf(parties: readonly ListedParty[]): Map<string, ListedParty[]> {
  const known = new Map<string, ListedParty[]>();
  for (const party of parties) {
    for (const identifier of new Set(party.identifiers.map(({ value }) => bareIdentifier(value)))) {
      if (identifier.length >= SHORTEST_IDENTIFIER) {
        known.set(identifier, [...(known.get(identifier) ?? []), party]);
      }
    }
  }
  return known;
}

export function bareIdentifier(value: string): string {
  return value.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}
