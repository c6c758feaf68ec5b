/** What reading a list gives: who is on it, and every row that could not be understood. */
import type { ListedParty } from "../domain/screening/listed-party.ts";

/** A row or entry that was left out, or a part of one. */
export interface ListProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

export interface ReadList {
  readonly parties: readonly ListedParty[];
  /** Nothing is dropped without a word here; who loads a list decides how many are too many. */
  readonly problems: readonly ListProblem[];
  /** Names of countries that stand for none we know; the parties are kept without them. */
  readonly unknownCountries: ReadonlySet<string>;
}

/** A list that is not to be used at all: too large, or hardly a row of it right. */
export class ListUnreadable extends Error {
  override readonly name = "ListUnreadable";
}

/** A file as bytes, in whatever pieces they come. */
export type FileBytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Ten times the largest list published (the EU's, 25 MB). */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** A file with more wrong rows than this is another file. */
export const MAX_PROBLEMS = 1_000;

/** Notes problems, and gives up when there are too many. */
export function openProblems(): { readonly all: ListProblem[]; note(file: string, line: number, what: string): void } {
  const all: ListProblem[] = [];
  return {
    all,
    note(file, line, what) {
      all.push({ file, line, what });
      if (all.length > MAX_PROBLEMS) {
        throw new ListUnreadable(
          `${file}: more than ${MAX_PROBLEMS} malformed rows, the last on line ${line}: ${what}`,
        );
      }
    },
  };
}
