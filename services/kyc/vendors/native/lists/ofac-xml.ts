/** The list of Specially Designated Nationals as OFAC publishes it in SDN.XML. */
import type { ListedName, ListedParty, PartyKind, YearSpan } from "../domain/screening/listed-party.ts";
import { countryCode } from "./country-codes.ts";
import { readYears } from "./ofac-remarks.ts";
import { type FileBytes, openProblems, type ReadList } from "./read-list.ts";
import { childrenOf, readXmlRecords, textOf, textsOf, type XmlElement } from "./xml-records.ts";

const KINDS: Readonly<Record<string, PartyKind>> = {
  Individual: "person",
  Entity: "organisation",
  Vessel: "vessel",
  Aircraft: "aircraft",
};
const FILE = "sdn.xml";

type Note = (what: string) => void;

/** Reads the list. @throws ListUnreadable where it is not the list's XML or has too many malformed entries */
export async function readOfacXml(bytes: FileBytes): Promise<ReadList> {
  const problems = openProblems();
  const unknownCountries = new Set<string>();
  const parties: ListedParty[] = [];
  const ids = new Set<string>();
  for await (const { line, element } of readXmlRecords(bytes, "sdnList", new Set(["sdnEntry"]))) {
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

function partyOf(entry: XmlElement, note: Note, unknown: Set<string>): ListedParty | undefined {
  const id = textOf(entry, "uid");
  const name = nameOf(entry);
  const kind = KINDS[textOf(entry, "sdnType")];
  if (!/^\d{1,9}$/.test(id) || name === "" || kind === undefined) {
    note(`entry "${id}" lacks its number, its name or a known type`);
    return undefined;
  }
  return {
    list: "ofac-sdn",
    id,
    kind,
    names: [{ text: name, kind: "primary" }, ...itemsOf(entry, "akaList", "aka").flatMap(aliasOf)],
    birthYears: itemsOf(entry, "dateOfBirthList", "dateOfBirthItem").flatMap((item) => birthOf(item, id, note)),
    countries: countriesOf(entry, unknown),
    identifiers: itemsOf(entry, "idList", "id").flatMap((item) =>
      textsOf(item, "idNumber").map((value) => ({ label: textOf(item, "idType"), value })),
    ),
    programs: itemsOf(entry, "programList", "program").map(({ text }) => text),
  };
}

function nameOf(element: XmlElement): string {
  return [...textsOf(element, "lastName"), ...textsOf(element, "firstName")].join(", ");
}

function aliasOf(aka: XmlElement): ListedName[] {
  const text = nameOf(aka);
  const isWeak = textOf(aka, "category") === "weak";
  const isFormer = textOf(aka, "type") === "f.k.a.";
  return text === "" ? [] : [{ text, kind: isWeak ? "weak_alias" : isFormer ? "former" : "alias" }];
}

function birthOf(item: XmlElement, id: string, note: Note): YearSpan[] {
  const text = textOf(item, "dateOfBirth");
  const years = readYears(text);
  if (years === undefined) {
    note(`entry ${id}: "${text}" is no date of birth`);
    return [];
  }
  return [years];
}

function countriesOf(entry: XmlElement, unknown: Set<string>): string[] {
  const codes = new Set<string>();
  const places = [
    ...itemsOf(entry, "nationalityList", "nationality"),
    ...itemsOf(entry, "citizenshipList", "citizenship"),
    ...itemsOf(entry, "addressList", "address"),
  ];
  for (const name of places.flatMap((place) => textsOf(place, "country"))) {
    const code = countryCode(name);
    if (code === undefined) {
      unknown.add(name);
    } else {
      codes.add(code);
    }
  }
  return [...codes].sort();
}

function itemsOf(entry: XmlElement, list: string, item: string): XmlElement[] {
  return childrenOf(entry, list).flatMap((one) => childrenOf(one, item));
}
