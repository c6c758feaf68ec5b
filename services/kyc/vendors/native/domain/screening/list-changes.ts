/**
 * What a new version of a list changes for who was screened before: only parties that came or changed can make a new hit,
 * so that a whole bank is screened again against those few alone.
 */
import type { ListedParty } from "./listed-party.ts";

export interface ListChanges {
  readonly added: readonly ListedParty[];
  /** As they are now. */
  readonly changed: readonly ListedParty[];
  /** As they were. */
  readonly removed: readonly ListedParty[];
}

/** Compares two versions by list and number, in the order of the new one (removed: of the old). */
export function listChanges(before: readonly ListedParty[], after: readonly ListedParty[]): ListChanges {
  const old = new Map(before.map((party) => [keyOf(party), JSON.stringify(contentOf(party))]));
  const kept = new Set(after.map(keyOf));
  return {
    added: after.filter((party) => !old.has(keyOf(party))),
    changed: after.filter((party) => {
      const was = old.get(keyOf(party));
      return was !== undefined && was !== JSON.stringify(contentOf(party));
    }),
    removed: before.filter((party) => !kept.has(keyOf(party))),
  };
}

function keyOf({ list, id }: ListedParty): string {
  return `${list}/${id}`;
}

/** Everything that a hit may depend on, always in one order of fields. */
function contentOf({ kind, names, birthYears, countries, identifiers, programs }: ListedParty): unknown[] {
  return [
    kind,
    names.map((name) => [name.kind, name.text]),
    birthYears.map(({ from, to }) => [from, to]),
    countries,
    identifiers.map(({ label, value }) => [label, value]),
    programs,
  ];
}
