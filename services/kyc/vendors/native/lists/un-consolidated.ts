/** The United Nations Security Council's consolidated list, as published in XML. */
import type { ListedName, ListedParty, YearSpan } from "../domain/screening/listed-party.ts";
import { countryCode } from "./country-codes.ts";
import { type FileBytes, openProblems, type ReadList } from "./read-list.ts";
import { childrenOf, readXmlRecords, textOf, textsOf, type XmlElement } from "./xml-records.ts";

/** "APPROXIMATELY" in the list is rarely further off. */
const APPROXIMATE_YEARS = 2;
const RECORDS = new Set(["INDIVIDUAL", "ENTITY"]);
const NAME_PARTS = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
const QUALITIES: Readonly<Record<string, ListedName["kind"]>> = {
  "": "alias",
  Good: "alias",
  High: "alias",
  "a.k.a.": "alias",
  Low: "weak_alias",
  "f.k.a.": "former",
};

type Note = (what: string) => void;

/** Reads the list. @throws ListUnreadable where it is not the list's XML or has too many malformed entries */
export async function readUnConsolidated(bytes: FileBytes): Promise<ReadList> {
  const problems = openProblems();
  const unknownCountries = new Set<string>();
  const parties: ListedParty[] = [];
  const ids = new Set<string>();
  for await (const { line, element } of readXmlRecords(bytes, "CONSOLIDATED_LIST", RECORDS)) {
    const note = (what: string) => problems.note(FILE, line, what);
    const party = partyOf(element, note, unknownCountries);
    if (party !== undefined && ids.has(party.id)) {
      note(`entry ${party.id} a second time`);
    } else if (party !== undefined) {
      ids.add(party.id);
      parties.push(party);
    }
  }
  return { parties, problems: problems.all, unknownCountries };
}

const FILE = "consolidated.xml";

function partyOf(entry: XmlElement, note: Note, unknown: Set<string>): ListedParty | undefined {
  const id = textOf(entry, "DATAID");
  const name = NAME_PARTS.flatMap((part) => textsOf(entry, part)).join(" ");
  if (!/^\d{1,12}$/.test(id) || name === "") {
    note(name === "" ? `entry ${id} has no name` : `"${id}" is no number of an entry`);
    return undefined;
  }
  const prefix = entry.name;
  return {
    list: "un-consolidated",
    id,
    kind: prefix === "INDIVIDUAL" ? "person" : "organisation",
    names: [
      { text: name, kind: "primary" },
      ...aliasesOf(entry, `${prefix}_ALIAS`, id, note),
      ...textsOf(entry, "NAME_ORIGINAL_SCRIPT").map((text): ListedName => ({ text, kind: "original_script" })),
    ],
    birthYears: childrenOf(entry, `${prefix}_DATE_OF_BIRTH`).flatMap((birth) => yearsOf(birth, id, note)),
    countries: countriesOf(entry, prefix, unknown),
    identifiers: childrenOf(entry, `${prefix}_DOCUMENT`).flatMap((document) =>
      textsOf(document, "NUMBER").map((value) => ({ label: textOf(document, "TYPE_OF_DOCUMENT"), value })),
    ),
    programs: textsOf(entry, "UN_LIST_TYPE"),
  };
}

function aliasesOf(entry: XmlElement, element: string, id: string, note: Note): ListedName[] {
  return childrenOf(entry, element).flatMap((alias): ListedName[] => {
    const text = textOf(alias, "ALIAS_NAME");
    const quality = textOf(alias, "QUALITY");
    if (text === "") {
      return []; // The list writes an empty alias where there is none.
    }
    if (!(quality in QUALITIES)) {
      note(`entry ${id}: "${quality}" is no quality of an alias`);
    }
    // Some entries have several names in one alias, each after the first with a number or a semicolon.
    return text
      .split(/\s*;\s*/)
      .filter((one) => one !== "")
      .map((one) => ({ text: one, kind: QUALITIES[quality] ?? "alias" }));
  });
}

/** YEAR, or DATE, or FROM_YEAR and TO_YEAR; a note alone is for people. */
function yearsOf(birth: XmlElement, id: string, note: Note): YearSpan[] {
  const widen = textOf(birth, "TYPE_OF_DATE") === "APPROXIMATELY" ? APPROXIMATE_YEARS : 0;
  const single = textOf(birth, "YEAR") || textOf(birth, "DATE");
  const from = textOf(birth, "FROM_YEAR") || single;
  const to = textOf(birth, "TO_YEAR") || from;
  if (from === "" && to === "") {
    return [];
  }
  const [first, last] = [yearOf(from), yearOf(to)];
  if (first === undefined || last === undefined || first > last) {
    note(`entry ${id}: "${from}" to "${to}" is no time of birth`);
    return [];
  }
  return [{ from: first - widen, to: last + widen }];
}

function yearOf(text: string): number | undefined {
  const year = /^(\d{4})(?:-\d{2}-\d{2}(?:Z|[+-]\d{2}:\d{2})?)?$/.exec(text)?.[1];
  return year === undefined ? undefined : Number(year);
}

function countriesOf(entry: XmlElement, prefix: string, unknown: Set<string>): string[] {
  const names = [
    ...childrenOf(entry, "NATIONALITY").flatMap((nationality) => textsOf(nationality, "VALUE")),
    ...childrenOf(entry, `${prefix}_ADDRESS`).flatMap((address) => textsOf(address, "COUNTRY")),
  ];
  const codes = new Set<string>();
  for (const name of names) {
    const code = countryCode(name);
    if (code === undefined) {
      unknown.add(name);
    } else {
      codes.add(code);
    }
  }
  return [...codes].sort();
}
