/** A party of a list that a party may be, as it is kept and told. */

import type { ScreeningHit } from "../domain/screening/screen-subject.ts";
import type { Evidence, EvidenceFactor } from "../domain/screening/secondary-evidence.ts";

export interface Hit {
  readonly list: string;
  readonly entryId: string;
  readonly matchedName: string;
  readonly basisPoints: number;
  /** In sentences. */
  readonly evidence: readonly string[];
}

/** What each piece of evidence says to the person who decides. */
const SENTENCES: Readonly<Record<EvidenceFactor, (evidence: Evidence) => string>> = {
  word_same: ({ asked }) => `"${asked}" stands in both names.`,
  word_similar: ({ asked, listed }) => `"${asked}" is written almost like "${listed}".`,
  word_sounds_alike: ({ asked, listed }) => `"${asked}" sounds like "${listed}".`,
  word_initial: ({ asked, listed }) => `"${asked}" and "${listed}" begin with the same letter, and one is an initial.`,
  word_joined: ({ asked, listed }) => `"${asked}" is "${listed}", written apart or together.`,
  word_only_asked: ({ asked }) => `"${asked}" is missing on the list.`,
  word_only_listed: ({ listed }) => `"${listed}" stands on the list only.`,
  birth_year_same: ({ listed }) => `The year of birth is the list's: ${listed}.`,
  birth_year_near: ({ asked, listed }) => `The year of birth, ${asked}, is next to the list's: ${listed}.`,
  birth_year_differs: ({ asked, listed }) => `The year of birth is ${asked}, on the list ${listed}.`,
  country_shared: ({ listed }) => `Both belong to ${listed}.`,
  country_differs: ({ asked, listed }) => `Countries differ: ${asked}, on the list ${listed}.`,
  kind_differs: ({ asked, listed }) => `The party is a ${asked}, the listed one a ${listed}.`,
  weak_alias: ({ listed }) => `"${listed}" is an alias that the list itself calls weak.`,
  identifier_same: ({ listed }) => `An identifier is the list's: ${listed}.`,
  hidden_characters: () => "The name holds characters that are not seen.",
};

/** Puts a hit into words. */
export function hitOf({ party, name, basisPoints, evidence }: ScreeningHit): Hit {
  return {
    list: party.list,
    entryId: party.id,
    matchedName: name.text,
    basisPoints,
    evidence: evidence.map((one) => SENTENCES[one.factor](one)),
  };
}
