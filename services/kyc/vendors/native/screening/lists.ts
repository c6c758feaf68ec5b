/** The lists in memory, read again when the folder changes. */
import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Party } from "../domain/party.ts";
import { buildNameIndex } from "../domain/screening/name-index.ts";
import { isScreenable, screenSubject } from "../domain/screening/screen-subject.ts";
import type { Subject } from "../domain/screening/subject.ts";
import { type LoadedList, readListsFolder } from "../lists/lists-folder.ts";
import { type Hit, hitOf } from "./hit.ts";

/** Lists of one moment. */
export interface Lists {
  readonly lists: readonly LoadedList[];
  /** Of all lists together. */
  readonly version: string;
  /** Entries that could not be read, in all. */
  readonly problems: number;
  /** Whom a party may be, best first; undefined where its names have nothing that lists can be asked for. */
  screen(party: Party): Hit[] | undefined;
}

/** The folder. */
export interface ListsFolder {
  current(): Lists;
  /** Reads it again where a file changed; false where none did. */
  refresh(): Promise<boolean>;
}

/** Opens the folder; fails where it cannot be read. */
export async function openLists(folder: string): Promise<ListsFolder> {
  let stamp = await stampOf(folder);
  let lists = await readLists(folder);
  return {
    current: () => lists,
    async refresh() {
      const now = await stampOf(folder);
      if (now === stamp) {
        return false;
      }
      lists = await readLists(folder);
      stamp = now;
      return true;
    },
  };
}

async function readLists(folder: string): Promise<Lists> {
  const { lists, parties, problems } = await readListsFolder(folder);
  const index = buildNameIndex(parties);
  const version = createHash("sha256");
  for (const { list, version: own } of lists) {
    version.update(`${list} ${own}\n`);
  }
  return {
    lists,
    version: version.digest("hex"),
    problems: problems.length,
    screen(party) {
      const subject = subjectOf(party);
      return subject.names.some(isScreenable) ? screenSubject(index, subject).map(hitOf) : undefined;
    },
  };
}

/** Sizes and times of the files: cheap to look at every minute. */
async function stampOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const stamps = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    }),
  );
  return stamps.join("\n");
}

function subjectOf({ kind, names, birthDate, countries, identifiers }: Party): Subject {
  return {
    kind: kind === "natural" ? "person" : "organisation",
    names: kind === "natural" ? [names.join(" ")] : names,
    birthYear: birthDate?.year,
    countries,
    identifiers: identifiers.map(({ value }) => value),
  };
}
