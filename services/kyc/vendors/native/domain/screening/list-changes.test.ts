import { expect, it } from "vitest";
import { listChanges } from "./list-changes.ts";
import type { ListedParty } from "./listed-party.ts";

function party(id: string, more: Partial<ListedParty> = {}): ListedParty {
  return {
    list: "ofac-sdn",
    id,
    kind: "person",
    names: [{ text: "RUIZ, Ana", kind: "primary" }],
    birthYears: [{ from: 1970, to: 1970 }],
    countries: ["MX"],
    identifiers: [],
    programs: ["SDNTK"],
    ...more,
  };
}

it("the same list changes nothing", () => {
  expect(listChanges([party("1"), party("2")], [party("2"), party("1")])).toEqual({
    added: [],
    changed: [],
    removed: [],
  });
});

it("who came, went and changed is told apart", () => {
  const before = [party("1"), party("2"), party("3")];
  const renamed = party("2", { names: [{ text: "RUIZ, Anna", kind: "primary" }] });
  expect(listChanges(before, [party("1"), renamed, party("4")])).toEqual({
    added: [party("4")],
    changed: [renamed],
    removed: [party("3")],
  });
});

it.each([
  [
    "an alias",
    {
      names: [
        { text: "RUIZ, Ana", kind: "primary" },
        { text: "LA JEFA", kind: "weak_alias" },
      ],
    },
  ],
  ["a birth year", { birthYears: [{ from: 1969, to: 1971 }] }],
  ["a country", { countries: ["CO", "MX"] }],
  ["an identifier", { identifiers: [{ label: "R.F.C.", value: "RUAA700101AAA" }] }],
  ["a programme", { programs: ["SDGT"] }],
  ["the kind", { kind: "unknown" }],
] as const)("%s more is a change", (_what, more) => {
  expect(listChanges([party("1")], [party("1", more)]).changed).toHaveLength(1);
});

it("equal numbers of two lists are two parties", () => {
  const other = party("1", { list: "un-consolidated" });
  expect(listChanges([party("1")], [party("1"), other]).added).toEqual([other]);
});
