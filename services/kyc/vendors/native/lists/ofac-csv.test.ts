import { createReadStream } from "node:fs";
import { describe, expect, it } from "vitest";
import { type OfacFiles, readOfacCsv } from "./ofac-csv.ts";
import { readYears } from "./ofac-remarks.ts";
import { ListUnreadable } from "./read-list.ts";

const file = (name: string) => createReadStream(new URL(`excerpt/${name}`, import.meta.url));
const published = () => ({
  sdn: file("sdn.csv"),
  alt: file("alt.csv"),
  add: file("add.csv"),
  sdnComments: file("sdn_comments.csv"),
});
const bytes = (text: string) => [new TextEncoder().encode(text)];
const written = (files: Partial<Record<keyof OfacFiles, string>>): OfacFiles => ({
  sdn: bytes(files.sdn ?? ""),
  alt: bytes(files.alt ?? ""),
  add: bytes(files.add ?? ""),
  sdnComments: bytes(files.sdnComments ?? ""),
});
const row = (id: string, name = '"RUIZ, Ana"', type = '"individual"', remarks = "-0- ") =>
  `${id},${name},${type},"SDNTK",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,${remarks}`;

describe("the list as published", () => {
  it("is read whole", async () => {
    const { parties, problems } = await readOfacCsv(published());
    expect(problems).toEqual([]);
    expect(parties).toHaveLength(40);
    expect(parties.find(({ id }) => id === "22790")).toEqual({
      list: "ofac-sdn",
      id: "22790",
      kind: "person",
      names: [{ text: "MADURO MOROS, Nicolas", kind: "primary" }],
      birthYears: [{ from: 1962, to: 1962 }],
      countries: ["VE"],
      identifiers: [{ label: "Cedula No.", value: "5892464" }],
      programs: ["VENEZUELA"],
    });
  });

  it("has kinds, aliases, addresses and several programmes", async () => {
    const { parties } = await readOfacCsv(published());
    const by = (id: string) => parties.find((party) => party.id === id);
    expect([by("36")?.kind, by("4234")?.kind, by("15431")?.kind]).toEqual(["organisation", "vessel", "aircraft"]);
    expect(by("306")?.names).toContainEqual({ text: "NATIONAL BANK OF CUBA", kind: "alias" });
    expect(by("306")?.names).toContainEqual({ text: "BNC", kind: "weak_alias" });
    expect(by("306")?.countries).toContain("CH");
    expect(by("2676")?.programs).toEqual(["SDGT", "SDT"]);
  });

  it("goes on in the comments where a remark was too long", async () => {
    const { parties } = await readOfacCsv(
      written({
        sdn: row("7", undefined, undefined, '"DOB 1961; citizen Me"'),
        sdnComments: '7,"xico; POB Culiacan."',
      }),
    );
    expect(parties[0]?.countries).toEqual(["MX"]);
  });
});

describe("a malformed row is told by its line, and costs no other", () => {
  it.each([
    ["a quote that does not end", `7,"RUIZ,"individual"`, "field 2 has a quote that does not end with the field"],
    ["a quote in a bare field", row("7", 'RUIZ "ANA"'), "field 2 has a quote that does not end with the field"],
    ["too few fields", `7,"RUIZ, Ana"`, "2 fields in place of 12"],
    ["no number", row("x7"), '"x7" is no number of an entry'],
    ["no name", row("7", "-0- "), "entry 7 has no name"],
    ["an unknown type", row("7", undefined, '"robot"'), 'entry 7 is of the unknown type "robot"'],
    ["an entry given twice", row("1"), "entry 1 a second time"],
    ["a line that is too long", row("7", undefined, undefined, `"${"x".repeat(70_000)}"`), "longer than 65536 bytes"],
  ])("%s", async (_name, wrong, what) => {
    const { parties, problems } = await readOfacCsv(written({ sdn: [row("1"), wrong, row("9")].join("\r\n") }));
    expect(problems).toEqual([{ file: "sdn.csv", line: 2, what }]);
    expect(parties.map(({ id }) => id)).toEqual(["1", "9"]);
  });

  it("also in the other files, and where a date is none", async () => {
    const { problems } = await readOfacCsv(
      written({
        sdn: `${row("1", undefined, undefined, '"DOB yesterday."')}\n\u001a`,
        alt: `1,1,"zka","ANA",-0- \n2,1,"aka","ANA",-0- \n1,2,"aka",-0- ,-0- `,
        add: `2,1,"x","y","Mexico",-0- `,
        sdnComments: `2,"x"`,
      }),
    );
    expect(problems.map(({ file: name, line, what }) => `${name}:${line}: ${what}`)).toEqual([
      'alt.csv:1: "zka" is no kind of alias',
      "alt.csv:2: no entry 2",
      "alt.csv:3: an alias of 1 is empty",
      "add.csv:1: no entry 2",
      "sdn_comments.csv:1: no entry 2",
      'sdn.csv:1: entry 1: "DOB yesterday" is no date of birth',
    ]);
  });

  it("bytes that are no UTF-8", async () => {
    const sdn = [
      new TextEncoder().encode(`${row("1")}\n7,"`),
      new Uint8Array([0xff, 0x0a]),
      new TextEncoder().encode(row("9")),
    ];
    const { parties, problems } = await readOfacCsv({ ...written({}), sdn });
    expect(problems).toEqual([{ file: "sdn.csv", line: 2, what: "not UTF-8" }]);
    expect(parties).toHaveLength(2);
  });

  it("until there are so many that it is another file", async () => {
    const garbage = written({ sdn: "<html>\n".repeat(2_000) });
    await expect(readOfacCsv(garbage)).rejects.toThrow(ListUnreadable);
  });
});

it.each([
  ["23 Nov 1962", { from: 1962, to: 1962 }],
  ["Nov 1962", { from: 1962, to: 1962 }],
  ["circa 1962", { from: 1960, to: 1964 }],
  ["1960 to 1962", { from: 1960, to: 1962 }],
  ["01 Jan 1960 to 31 Dec 1962", { from: 1960, to: 1962 }],
  ["circa 1979-1982", { from: 1977, to: 1984 }],
  ["1962 to 1960", undefined],
  ["19622", undefined],
])("the date of birth %s is %o", (text, years) => {
  expect(readYears(text)).toEqual(years);
});
