/** The list of Specially Designated Nationals as OFAC publishes it in four CSV files (sdn, alt, add, sdn_comments). */
import type { ListedName, ListedParty, PartyKind } from "../domain/screening/listed-party.ts";
import { countryCode } from "./country-codes.ts";
import { type CsvRow, readCsvRows } from "./csv-rows.ts";
import { readRemarks } from "./ofac-remarks.ts";
import { type FileBytes, openProblems, type ReadList } from "./read-list.ts";

export interface OfacFiles {
  readonly sdn: FileBytes;
  readonly alt: FileBytes;
  readonly add: FileBytes;
  readonly sdnComments: FileBytes;
}

interface Entry {
  readonly line: number;
  readonly name: string;
  readonly kind: PartyKind;
  readonly programs: readonly string[];
  remarks: string;
  readonly aliases: ListedName[];
  readonly countries: string[];
}

/** Published columns of each file. */
const COLUMNS = { sdn: 12, alt: 5, add: 6, sdnComments: 2 } as const;

const KINDS: Readonly<Record<string, PartyKind>> = {
  "": "organisation",
  individual: "person",
  vessel: "vessel",
  aircraft: "aircraft",
};

const ALIASES: Readonly<Record<string, ListedName["kind"]>> = { aka: "alias", nka: "alias", fka: "former" };

/** Reads the four files. @throws ListUnreadable where one is too large or has too many malformed rows */
export async function readOfacCsv(files: OfacFiles): Promise<ReadList> {
  const problems = openProblems();
  const entries = new Map<string, Entry>();
  const rowsOf = async (name: keyof OfacFiles, take: TakeRow) => {
    const file = FILE_NAMES[name];
    for await (const row of readCsvRows(files[name], COLUMNS[name])) {
      const wrong = wrongIn(row, take);
      if (wrong !== undefined) {
        problems.note(file, row.line, wrong);
      }
    }
  };
  await rowsOf("sdn", (fields, line) => takeEntry(entries, fields, line));
  await rowsOf("alt", (fields) => takeAlias(entries, fields));
  await rowsOf("add", (fields) => takeAddress(entries, fields));
  await rowsOf("sdnComments", ([id = "", more = ""]) => {
    const entry = entries.get(id);
    if (entry === undefined) {
      return `no entry ${id}`;
    }
    entry.remarks += more;
    return undefined;
  });
  const unknownCountries = new Set<string>();
  const parties = [...entries].map(([id, entry]) =>
    partyOf(id, entry, unknownCountries, (what) => problems.note(FILE_NAMES.sdn, entry.line, what)),
  );
  return { parties, problems: problems.all, unknownCountries };
}

const FILE_NAMES = { sdn: "sdn.csv", alt: "alt.csv", add: "add.csv", sdnComments: "sdn_comments.csv" } as const;

/** Takes a row in; says what is wrong with it. */
type TakeRow = (fields: readonly string[], line: number) => string | undefined;

function wrongIn(row: CsvRow, take: TakeRow): string | undefined {
  return row.kind === "malformed" ? row.what : take(row.fields, row.line);
}

function takeEntry(entries: Map<string, Entry>, fields: readonly string[], line: number): string | undefined {
  const [id = "", name = "", type = "", programs = ""] = fields;
  const kind = KINDS[type];
  if (!/^\d{1,9}$/.test(id)) {
    return `"${id}" is no number of an entry`;
  }
  if (name === "") {
    return `entry ${id} has no name`;
  }
  if (kind === undefined) {
    return `entry ${id} is of the unknown type "${type}"`;
  }
  if (entries.has(id)) {
    return `entry ${id} a second time`;
  }
  entries.set(id, {
    line,
    name,
    kind,
    programs: programs.split(/\] ?\[/).map((program) => program.replaceAll(/[[\]]/g, "").trim()),
    remarks: fields[11] ?? "",
    aliases: [],
    countries: [],
  });
  return undefined;
}

function takeAlias(entries: ReadonlyMap<string, Entry>, fields: readonly string[]): string | undefined {
  const [id = "", , type = "", name = ""] = fields;
  const kind = ALIASES[type];
  const entry = entries.get(id);
  if (entry === undefined) {
    return `no entry ${id}`;
  }
  if (kind === undefined || name === "") {
    return kind === undefined ? `"${type}" is no kind of alias` : `an alias of ${id} is empty`;
  }
  entry.aliases.push({ text: name, kind });
  return undefined;
}

function takeAddress(entries: ReadonlyMap<string, Entry>, fields: readonly string[]): string | undefined {
  const [id = "", , , , country = ""] = fields;
  const entry = entries.get(id);
  if (entry === undefined) {
    return `no entry ${id}`;
  }
  if (country !== "") {
    entry.countries.push(country);
  }
  return undefined;
}

function partyOf(id: string, entry: Entry, unknown: Set<string>, wrong: (what: string) => void): ListedParty {
  const remarks = readRemarks(entry.remarks);
  for (const part of remarks.malformed) {
    wrong(`entry ${id}: "${part}" is no date of birth`);
  }
  const codes = new Set<string>();
  for (const country of [...remarks.countries, ...entry.countries]) {
    const code = countryCode(country);
    if (code === undefined) {
      unknown.add(country);
    } else {
      codes.add(code);
    }
  }
  return {
    list: "ofac-sdn",
    id,
    kind: entry.kind,
    names: [
      { text: entry.name, kind: "primary" },
      ...entry.aliases,
      ...remarks.weakAliases.map((text): ListedName => ({ text, kind: "weak_alias" })),
    ],
    birthYears: remarks.birthYears,
    countries: [...codes].sort(),
    identifiers: remarks.identifiers,
    programs: entry.programs,
  };
}
