/** Names of parties: what is refused, and what counts for nothing. */

/** Marks of writing direction, which scanners and keyboards leave behind: LRM, RLM, ALM. */
const MARKS = /[\u200e\u200f\u061c]/g;
/** Control characters, line and paragraph separators, and overrides, embeddings and isolates of direction. */
const FORBIDDEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** The name without marks, or undefined where it is none. */
export function readName(name: string): string | undefined {
  const plain = name.replaceAll(MARKS, "").normalize("NFC").trim();
  return FORBIDDEN.test(name) || !/\p{L}/u.test(plain) ? undefined : plain;
}
