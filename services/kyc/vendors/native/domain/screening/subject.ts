/** Who is screened. */
export interface Subject {
  readonly kind: "person" | "organisation";
  /** Every name that is known: legal name, trade name, former names. */
  readonly names: readonly string[];
  readonly birthYear?: number | undefined;
  /** ISO 3166-1 alpha-2: nationality, residence, incorporation. */
  readonly countries: readonly string[];
  /** Numbers that a state gave, as written; letters and digits count. */
  readonly identifiers: readonly string[];
}
