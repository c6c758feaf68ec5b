import type { HeaderField } from "../contract.ts";
import { isValidName, isValidValue, kindOf } from "../field-kind.ts";
import { staticFields } from "./static-table.ts";

/** Bytes an entry counts beyond its name and value (RFC 7541, 4.1). */
export const ENTRY_OVERHEAD = 32;

/** A field as decoded, judged once: what comes again from a table is handed on as it is. */
export interface Entry {
  readonly field: HeaderField;
  readonly size: number;
  /** A FieldKind. */
  readonly kind: number;
  readonly hasValidName: boolean;
  readonly isValid: boolean;
}

export function newEntry(name: string, value: string): Entry {
  return entry(name, value, kindOf(name), isValidName(name));
}

/** An entry whose name is that of another: only the value is judged. */
export function sameName(other: Entry, value: string): Entry {
  return entry(other.field[0], value, other.kind, other.hasValidName);
}

/** The static table; 0 is not used. */
export const staticEntries: readonly Entry[] = [["", ""] as const, ...staticFields].map(([name, value]) =>
  newEntry(name, value),
);

function entry(name: string, value: string, kind: number, hasValidName: boolean): Entry {
  return {
    field: [name, value],
    size: name.length + value.length + ENTRY_OVERHEAD,
    kind,
    hasValidName,
    isValid: hasValidName && isValidValue(value),
  };
}
