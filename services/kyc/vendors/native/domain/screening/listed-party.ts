/** Who is on a sanctions list, in the words of no list in particular. */

/** What a party is. A list that does not say makes it "unknown", which contradicts nobody. */
export type PartyKind = "person" | "organisation" | "vessel" | "aircraft" | "unknown";

/** How the list stands to a name: a weak alias is one that the list itself warns is not enough to go by. */
export type NameKind = "primary" | "alias" | "former" | "weak_alias" | "original_script";

export interface ListedName {
  readonly text: string;
  readonly kind: NameKind;
}

/** Years of birth from one entry, both ends included; "circa" widens it where the list is read. */
export interface YearSpan {
  readonly from: number;
  readonly to: number;
}

/** A number that a state gave, as the list has it. */
export interface ListedIdentifier {
  /** The list's word for it, e.g. "Cedula No.". */
  readonly label: string;
  readonly value: string;
}

export interface ListedParty {
  /** Which list, e.g. "ofac-sdn". */
  readonly list: string;
  /** The list's own number of the entry. */
  readonly id: string;
  readonly kind: PartyKind;
  /** At least one, the primary first. */
  readonly names: readonly ListedName[];
  readonly birthYears: readonly YearSpan[];
  /** ISO 3166-1 alpha-2: nationality, citizenship and addresses. */
  readonly countries: readonly string[];
  readonly identifiers: readonly ListedIdentifier[];
  /** Programmes or regimes that it is listed under. */
  readonly programs: readonly string[];
}
