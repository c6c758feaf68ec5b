import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { countryCode } from "./country-codes.ts";
import { readListsFolder } from "./lists-folder.ts";

const EXCERPT = fileURLToPath(new URL("excerpt", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "malla-lists-"));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function folderOf(...names: readonly string[]): string {
  const folder = mkdtempSync(join(scratch, "lists-"));
  for (const name of names) {
    copyFileSync(join(EXCERPT, name), join(folder, name));
  }
  return folder;
}

it("both lists are read, each with a version that stays the same", async () => {
  const { parties, lists, problems } = await readListsFolder(EXCERPT);
  expect(lists.map(({ list, parties: count }) => [list, count])).toEqual([
    ["ofac-sdn", 40],
    ["un-consolidated", 6],
  ]);
  expect([parties.length, problems.length]).toEqual([46, 0]);
  expect((await readListsFolder(EXCERPT)).lists).toEqual(lists);
});

it("one list alone is enough", async () => {
  expect((await readListsFolder(folderOf("consolidated.xml"))).lists).toHaveLength(1);
});

it.each([
  ["no list", [], "has neither"],
  ["a list without its aliases", ["sdn.csv", "add.csv", "sdn_comments.csv"], "alt.csv is missing"],
] as const)("%s is refused", async (_what, names, why) => {
  await expect(readListsFolder(folderOf(...names))).rejects.toThrow(why);
});

it("a file that is not what its name says is refused", async () => {
  const folder = folderOf();
  writeFileSync(join(folder, "consolidated.xml"), "<html><body>Not Found</body></html>");
  await expect(readListsFolder(folder)).rejects.toThrow("is a <html>, not a <CONSOLIDATED_LIST>");
});

it.each([
  ["Mexico", "MX"],
  ["Brazil", "BR"],
  ["Korea, North", "KP"],
  ["Burma", "MM"],
  ["Iran (Islamic Republic of)", "IR"],
  ["Côte d’Ivoire", "CI"],
  ["Syrian Arab Republic", "SY"],
  ["Democratic Republic of the Congo", "CD"],
  ["United Kingdom", "GB"],
  ["undetermined", undefined],
  ["European Union", undefined],
])("%s has the code %s", (name, code) => {
  expect(countryCode(name)).toBe(code);
});
