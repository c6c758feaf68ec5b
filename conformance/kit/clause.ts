/** A sentence of a contract with the proof that a vendor keeps it. */

/** What a vendor that passes the clause may be called: by the contract alone, or also under faults and load. */
export type Level = "conformant" | "certified";

/** One proof. */
export interface Clause<Subject> {
  /** Number in the contract's comments, e.g. "KYC-012". */
  readonly id: string;
  /** What a vendor does that keeps it; with the id it names the clause in reports. */
  readonly says: string;
  /** Optional feature that it is about: runs where the vendor advertises it. */
  readonly feature: string | undefined;
  /** Parameters that the run must be given, by name (`Suite.parameters`); the clause is skipped, and said so, without. */
  readonly needs: readonly string[];
  readonly level: Level;
  /** Throws when the vendor does otherwise. Runs by itself, in any order, and leaves no trace that others could see. */
  readonly check: (subject: Subject) => Promise<void>;
}

/** Clauses of one subject. */
export interface ClauseGroup<Subject> {
  readonly name: string;
  readonly clauses: readonly Clause<Subject>[];
}

/** What a clause may say of itself besides. */
export interface ClauseOptions {
  readonly feature?: string;
  readonly needs?: readonly string[];
  /** Default "conformant". */
  readonly level?: Level;
}

/** Writes a clause down. */
export function clause<Subject>(
  id: string,
  says: string,
  check: (subject: Subject) => Promise<void>,
  { feature, needs = [], level = "conformant" }: ClauseOptions = {},
): Clause<Subject> {
  return { id, says, feature, needs, level, check };
}
