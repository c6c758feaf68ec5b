/** What besides the name speaks for or against a hit, and by how much. Silence of the list or of the subject says nothing. */
import type { ListedName, ListedParty } from "./listed-party.ts";
import type { Subject } from "./subject.ts";

/** Why a hit has its score. */
export interface Evidence {
  readonly factor: EvidenceFactor;
  /** What was asked for, in its own spelling; "" where it has no such thing. */
  readonly asked: string;
  /** What the list has. */
  readonly listed: string;
  /** Of words: how alike they are, 0 to 10,000. Of facts: what they add to the name's score, or take from it. */
  readonly basisPoints: number;
}

export type EvidenceFactor =
  | "word_same"
  | "word_similar"
  | "word_sounds_alike"
  | "word_initial"
  | "word_joined"
  | "word_only_asked"
  | "word_only_listed"
  | "birth_year_same"
  | "birth_year_near"
  | "birth_year_differs"
  | "country_shared"
  | "country_differs"
  | "kind_differs"
  | "weak_alias"
  | "identifier_same"
  | "hidden_characters";

/** Lists and people err by a year, lists more often. */
const NEAR_YEARS = 1;
/** From here on it is another generation. */
const FAR_YEARS = 10;

const SAME_BIRTH_YEAR = 400;
const OTHER_BIRTH_YEAR = -1_000;
const FAR_BIRTH_YEAR = -2_000;
const SHARED_COUNTRY = 200;
/** People move and have several nationalities: weak. */
const OTHER_COUNTRY = -300;
/** A firm may carry its owner's name; a person hardly a firm's. */
const PERSON_FOR_ORGANISATION = -2_500;
const ORGANISATION_FOR_PERSON = -1_500;
/** The list says itself that such a name alone proves nothing. */
const WEAK_ALIAS = -700;

/** Weighs birth, country, kind and the list's own doubt. In this order, always. */
export function secondaryEvidence(subject: Subject, party: ListedParty, name: ListedName): Evidence[] {
  return [
    ...birthEvidence(subject, party),
    ...countryEvidence(subject, party),
    ...kindEvidence(subject, party),
    ...(name.kind === "weak_alias" ? [fact("weak_alias", "", name.text, WEAK_ALIAS)] : []),
  ];
}

function birthEvidence({ birthYear }: Subject, { birthYears }: ListedParty): Evidence[] {
  if (birthYear === undefined || birthYears.length === 0) {
    return [];
  }
  const [off, span] = birthYears
    .map((one) => [Math.max(one.from - birthYear, birthYear - one.to, 0), one] as const)
    .reduce((best, one) => (one[0] < best[0] ? one : best));
  const listed = span.from === span.to ? `${span.from}` : `${span.from} to ${span.to}`;
  if (off === 0) {
    return [fact("birth_year_same", `${birthYear}`, listed, SAME_BIRTH_YEAR)];
  }
  if (off <= NEAR_YEARS) {
    return [fact("birth_year_near", `${birthYear}`, listed, 0)];
  }
  return [fact("birth_year_differs", `${birthYear}`, listed, off >= FAR_YEARS ? FAR_BIRTH_YEAR : OTHER_BIRTH_YEAR)];
}

function countryEvidence(subject: Subject, party: ListedParty): Evidence[] {
  if (subject.countries.length === 0 || party.countries.length === 0) {
    return [];
  }
  const shared = subject.countries.filter((country) => party.countries.includes(country));
  return shared.length > 0
    ? [fact("country_shared", shared.join(" "), shared.join(" "), SHARED_COUNTRY)]
    : [fact("country_differs", subject.countries.join(" "), party.countries.join(" "), OTHER_COUNTRY)];
}

function kindEvidence(subject: Subject, party: ListedParty): Evidence[] {
  if (party.kind === "unknown" || party.kind === subject.kind) {
    return [];
  }
  const effect = subject.kind === "person" ? PERSON_FOR_ORGANISATION : ORGANISATION_FOR_PERSON;
  return [fact("kind_differs", subject.kind, party.kind, effect)];
}

/** Writes a piece of evidence down. */
export function fact(factor: EvidenceFactor, asked: string, listed: string, basisPoints: number): Evidence {
  return { factor, asked, listed, basisPoints };
}
