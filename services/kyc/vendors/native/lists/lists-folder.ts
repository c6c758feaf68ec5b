/** The lists that lie in a folder, under the names that their publishers give them. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ListedParty } from "../domain/screening/listed-party.ts";
import { readOfacCsv } from "./ofac-csv.ts";
import { readOfacXml } from "./ofac-xml.ts";
import { type FileBytes, type ListProblem, ListUnreadable, type ReadList } from "./read-list.ts";
import { readUnConsolidated } from "./un-consolidated.ts";

/** A list that was read. */
export interface LoadedList {
  /** As in `ListedParty.list`. */
  readonly list: string;
  readonly parties: number;
  /** SHA-256 over its files, in hexadecimal: the same list has the same. */
  readonly version: string;
}

export interface LoadedLists {
  readonly parties: readonly ListedParty[];
  readonly lists: readonly LoadedList[];
  readonly problems: readonly ListProblem[];
}

const OFAC_CSV = { sdn: "sdn.csv", alt: "alt.csv", add: "add.csv", sdnComments: "sdn_comments.csv" } as const;
const OFAC_XML = "sdn.xml";
const UN_XML = "consolidated.xml";

/**
 * Reads OFAC's list (CSV files, or else the XML) and the United Nations' from a folder; either may be missing.
 *
 * @throws ListUnreadable where there is no list at all, one is not what its name says, or only some of OFAC's CSV files are there
 */
export async function readListsFolder(folder: string): Promise<LoadedLists> {
  const files = new Map((await readdir(folder)).map((name) => [name.toLowerCase(), join(folder, name)]));
  const read = [...(await readOfac(files)), ...(await readUn(files))];
  if (read.length === 0) {
    throw new ListUnreadable(`${folder} has neither ${OFAC_CSV.sdn}, ${OFAC_XML} nor ${UN_XML}`);
  }
  return {
    parties: read.flatMap(({ list }) => list.parties),
    lists: read.map(({ name, list, version }) => ({ list: name, parties: list.parties.length, version })),
    problems: read.flatMap(({ list }) => list.problems),
  };
}

interface Read {
  readonly name: string;
  readonly list: ReadList;
  readonly version: string;
}

async function readOfac(files: ReadonlyMap<string, string>): Promise<Read[]> {
  const version = createHash("sha256");
  if (files.has(OFAC_CSV.sdn)) {
    const open = (name: string) => hashed(pathOf(files, name), version);
    const list = await readOfacCsv({
      sdn: open(OFAC_CSV.sdn),
      alt: open(OFAC_CSV.alt),
      add: open(OFAC_CSV.add),
      sdnComments: open(OFAC_CSV.sdnComments),
    });
    return [{ name: "ofac-sdn", list, version: version.digest("hex") }];
  }
  if (files.has(OFAC_XML)) {
    const list = await readOfacXml(hashed(pathOf(files, OFAC_XML), version));
    return [{ name: "ofac-sdn", list, version: version.digest("hex") }];
  }
  return [];
}

async function readUn(files: ReadonlyMap<string, string>): Promise<Read[]> {
  if (!files.has(UN_XML)) {
    return [];
  }
  const version = createHash("sha256");
  const list = await readUnConsolidated(hashed(pathOf(files, UN_XML), version));
  return [{ name: "un-consolidated", list, version: version.digest("hex") }];
}

/** Without its aliases a list would find fewer people, and nobody would notice. */
function pathOf(files: ReadonlyMap<string, string>, name: string): string {
  const path = files.get(name);
  if (path === undefined) {
    throw new ListUnreadable(`${name} is missing beside ${OFAC_CSV.sdn}`);
  }
  return path;
}

/** Files are read one after another, each when its turn comes. */
async function* hashed(path: string, hash: { update(bytes: Uint8Array): unknown }): AsyncGenerator<Uint8Array> {
  const bytes: FileBytes = createReadStream(path);
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
}
