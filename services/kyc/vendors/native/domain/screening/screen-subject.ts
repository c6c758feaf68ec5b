/** Asks lists for a subject: who may be meant, how surely, and why. */
import type { CompareWords, WeighedName, WordPair } from "./align-words.ts";
import { findCandidates } from "./find-candidates.ts";
import type { ListedName, ListedParty } from "./listed-party.ts";
import { bareIdentifier, type IndexedName, type NameIndex } from "./name-index.ts";
import { type NameWord, type NormalName, normaliseName } from "./normalise-name.ts";
import { FULL_SCORE, type NameScore, scoreNames } from "./score-name.ts";
import { type Evidence, fact, secondaryEvidence } from "./secondary-evidence.ts";
import { type Similarity, similarity } from "./similarity.ts";
import type { Subject } from "./subject.ts";

/** From here on a person should look at it: 99 % of changed listed names reach it, and 0.6 % of common ones (bench/screening.md). */
export const REVIEW_THRESHOLD = 8_200;
/** From here on name and facts agree so far that it is the same party until shown otherwise. */
export const STRONG_THRESHOLD = 9_500;

export interface ScreeningHit {
  readonly party: ListedParty;
  /** The listed name that it was. */
  readonly name: ListedName;
  /** The subject's name that it was; "" where an identifier alone made the hit. */
  readonly asked: string;
  /** 0 to 10,000: the name's score with what the facts add or take. */
  readonly basisPoints: number;
  /** The name's score alone. */
  readonly nameBasisPoints: number;
  readonly evidence: readonly Evidence[];
}

export interface ScreeningOptions {
  /** Least score of a hit, in basis points. Default `REVIEW_THRESHOLD`. */
  readonly threshold?: number;
  /** Most hits, the best kept. Default 50. */
  readonly maxHits?: number;
}

/** A reviewer reads no more, and who has more hits than this has a name that says nothing. */
const MAX_HITS = 50;
/** The most that facts can add to a name. */
const MOST_FACTS_ADD = 600;
/** A listed number is one party's alone; misspelt or shared ones are rare enough to be looked at. */
const SAME_IDENTIFIER = 9_800;

/** Whether a name has anything that lists can be asked for. */
export function isScreenable(name: string): boolean {
  return normaliseName(name, false).words.length > 0;
}

/** Screens a subject. Equal input gives equal output; best hit first, one per party, ties by list and number. */
export function screenSubject(index: NameIndex, subject: Subject, options: ScreeningOptions = {}): ScreeningHit[] {
  const threshold = options.threshold ?? REVIEW_THRESHOLD;
  const best = new Map<ListedParty, ScreeningHit>();
  const keep = (hit: ScreeningHit) => {
    const known = best.get(hit.party);
    if (hit.basisPoints >= threshold && (known === undefined || isBetter(hit, known))) {
      best.set(hit.party, hit);
    }
  };
  for (const asked of subject.names) {
    const normal = normaliseName(asked, subject.kind === "organisation");
    const weighed = index.weigh(normal);
    const compare = rememberSimilarities();
    for (const position of findCandidates(index, weighed, (threshold - MOST_FACTS_ADD) / FULL_SCORE)) {
      const listed = index.names[position];
      if (listed !== undefined && listed.party.kind !== "vessel" && listed.party.kind !== "aircraft") {
        keep(hitOf(subject, asked, normal, weighed, listed, scoreNames(weighed, listed, compare)));
      }
    }
  }
  for (const identifier of subject.identifiers) {
    for (const party of index.partiesOf(identifier)) {
      keep(identified(party, identifier, best.get(party)));
    }
  }
  return [...best.values()].sort(byRank).slice(0, options.maxHits ?? MAX_HITS);
}

function hitOf(
  subject: Subject,
  asked: string,
  normal: NormalName,
  weighed: WeighedName,
  listed: IndexedName,
  score: NameScore,
): ScreeningHit {
  const facts = secondaryEvidence(subject, listed.party, listed.name);
  const sum = facts.reduce((total, { basisPoints }) => total + basisPoints, score.basisPoints);
  const hidden = normal.hadHiddenCharacters ? [fact("hidden_characters", asked, "", 0)] : [];
  return {
    party: listed.party,
    name: listed.name,
    asked,
    basisPoints: Math.min(FULL_SCORE, Math.max(0, sum)),
    nameBasisPoints: score.basisPoints,
    evidence: [...wordEvidence(weighed, listed, score), ...facts, ...hidden],
  };
}

function wordEvidence(asked: WeighedName, listed: WeighedName, score: NameScore): Evidence[] {
  const pairs = score.pairs.toSorted((a, b) => (a.left[0] ?? 0) - (b.left[0] ?? 0));
  return [
    ...pairs.map((pair) =>
      fact(
        `word_${pair.likeness}`,
        textOf(asked, pair.left),
        textOf(listed, pair.right),
        Math.round(pair.similarity * FULL_SCORE),
      ),
    ),
    ...score.onlyLeft.map((position) => fact("word_only_asked", textOf(asked, [position]), "", 0)),
    ...score.onlyRight.map((position) => fact("word_only_listed", "", textOf(listed, [position]), 0)),
  ];
}

function textOf(name: WeighedName, positions: WordPair["left"]): string {
  return positions.map((position) => name.words[position]?.text ?? "").join(" ");
}

/** An identifier is enough by itself; what a name had shown is kept as evidence. */
function identified(party: ListedParty, identifier: string, byName: ScreeningHit | undefined): ScreeningHit {
  const listed = party.identifiers.find(({ value }) => bareIdentifier(value) === bareIdentifier(identifier));
  const evidence = fact("identifier_same", identifier, `${listed?.label ?? ""} ${listed?.value ?? ""}`.trim(), 0);
  const [primary] = party.names;
  return {
    party,
    name: byName?.name ?? primary ?? { text: "", kind: "primary" },
    asked: byName?.asked ?? "",
    basisPoints: Math.max(SAME_IDENTIFIER, byName?.basisPoints ?? 0),
    nameBasisPoints: byName?.nameBasisPoints ?? 0,
    evidence: [...(byName?.evidence ?? []), evidence],
  };
}

/** The same words of the lists are met many times while one name is asked for. */
function rememberSimilarities(): CompareWords {
  const known = new Map<NameWord, Map<string, Similarity>>();
  return (asked, listed) => {
    const ofAsked = known.get(asked) ?? new Map<string, Similarity>();
    known.set(asked, ofAsked);
    const key = `${listed.kind}${listed.isVowelless ? "~" : " "}${listed.text}`;
    const found = ofAsked.get(key) ?? similarity(asked, listed);
    ofAsked.set(key, found);
    return found;
  };
}

function isBetter(a: ScreeningHit, b: ScreeningHit): boolean {
  return a.basisPoints > b.basisPoints || (a.basisPoints === b.basisPoints && a.nameBasisPoints > b.nameBasisPoints);
}

function byRank(a: ScreeningHit, b: ScreeningHit): number {
  return (
    b.basisPoints - a.basisPoints ||
    b.nameBasisPoints - a.nameBasisPoints ||
    compareText(a.party.list, b.party.list) ||
    compareText(a.party.id, b.party.id)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
