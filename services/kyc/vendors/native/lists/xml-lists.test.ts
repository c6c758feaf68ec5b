import { createReadStream } from "node:fs";
import { describe, expect, it } from "vitest";
import { readOfacXml } from "./ofac-xml.ts";
import { ListUnreadable } from "./read-list.ts";
import { readUnConsolidated } from "./un-consolidated.ts";

const bytes = (text: string) => [new TextEncoder().encode(text)];
const un = (records: string) => bytes(`<CONSOLIDATED_LIST><INDIVIDUALS>${records}</INDIVIDUALS></CONSOLIDATED_LIST>`);
const person = (parts: string) => `<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>ANA</FIRST_NAME>${parts}</INDIVIDUAL>`;

describe("the United Nations' list", () => {
  it("is read as published", async () => {
    const { parties, problems } = await readUnConsolidated(
      createReadStream(new URL("excerpt/consolidated.xml", import.meta.url), { highWaterMark: 97 }),
    );
    expect(problems).toEqual([]);
    expect(parties).toHaveLength(6);
    expect(parties[1]).toEqual({
      list: "un-consolidated",
      id: "6907995",
      kind: "person",
      names: [
        { text: "GASTON IYAMUREMYE", kind: "primary" },
        { text: "Rumuli", kind: "weak_alias" },
        { text: "Byiringiro Victor Rumuli", kind: "alias" },
        { text: "Michel Byiringiro", kind: "alias" },
      ],
      birthYears: [{ from: 1948, to: 1948 }],
      countries: ["CD", "RW"],
      identifiers: [],
      programs: ["DRC"],
    });
    expect(parties[4]?.names).toContainEqual({ text: "راحت لمتد", kind: "original_script" });
    expect(parties[5]?.countries).toEqual(["IR", "PK"]);
  });

  it.each([
    ["YEAR", "<YEAR>1970</YEAR>", { from: 1970, to: 1970 }],
    ["DATE with a zone", "<DATE>1970-02-03-04:00</DATE>", { from: 1970, to: 1970 }],
    [
      "a span",
      "<TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1963</TO_YEAR>",
      { from: 1960, to: 1963 },
    ],
    ["an approximation", "<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1970</YEAR>", { from: 1968, to: 1972 }],
  ])("has births by %s", async (_name, birth, years) => {
    const { parties } = await readUnConsolidated(
      un(person(`<INDIVIDUAL_DATE_OF_BIRTH>${birth}</INDIVIDUAL_DATE_OF_BIRTH>`)),
    );
    expect(parties[0]?.birthYears).toEqual([years]);
  });

  it.each([
    ["without a name", "<INDIVIDUAL>\n<DATAID>1</DATAID></INDIVIDUAL>", "entry 1 has no name"],
    ["without a number", "<INDIVIDUAL><FIRST_NAME>ANA</FIRST_NAME></INDIVIDUAL>", '"" is no number of an entry'],
    [
      "with an impossible birth",
      person("<INDIVIDUAL_DATE_OF_BIRTH><YEAR>soon</YEAR></INDIVIDUAL_DATE_OF_BIRTH>"),
      'entry 1: "soon" to "soon" is no time of birth',
    ],
    [
      "with an unknown quality of alias",
      person("<INDIVIDUAL_ALIAS><QUALITY>Odd</QUALITY><ALIAS_NAME>ANITA</ALIAS_NAME></INDIVIDUAL_ALIAS>"),
      'entry 1: "Odd" is no quality of an alias',
    ],
  ])("tells an entry %s by its line", async (_name, record, what) => {
    const { problems } = await readUnConsolidated(un(`\n\n${record}`));
    expect(problems).toEqual([{ file: "consolidated.xml", line: 3, what }]);
  });

  it.each([
    ["another document", "<html></html>"],
    ["one cut short", "<CONSOLIDATED_LIST><INDIVIDUALS>"],
    ["nothing", ""],
    ["a document type", '<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST/>'],
    ["depths", `<CONSOLIDATED_LIST>${"<a>".repeat(50)}`],
    [
      "an endless record",
      `<CONSOLIDATED_LIST><INDIVIDUAL><A>${"x".repeat(3_000_000)}</A></INDIVIDUAL></CONSOLIDATED_LIST>`,
    ],
    ["no text at all", "\u0000\u0001"],
  ])("refuses %s", async (_name, text) => {
    await expect(readUnConsolidated(bytes(text))).rejects.toThrow(ListUnreadable);
  });
});

describe("OFAC's list in XML", () => {
  const entry = `<sdnEntry><uid>36</uid><lastName>RUIZ</lastName><firstName>Ana</firstName><sdnType>Individual</sdnType>
    <programList><program>SDNTK</program></programList>
    <akaList><aka><uid>1</uid><type>a.k.a.</type><category>weak</category><lastName>LA JEFA</lastName></aka></akaList>
    <idList><id><uid>2</uid><idType>R.F.C.</idType><idNumber>RUAA700101AAA</idNumber><idCountry>Mexico</idCountry></id></idList>
    <nationalityList><nationality><uid>3</uid><country>Mexico</country></nationality></nationalityList>
    <dateOfBirthList><dateOfBirthItem><uid>4</uid><dateOfBirth>01 Jan 1970</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry>`;

  it("says the same as the CSV does", async () => {
    const { parties, problems } = await readOfacXml(
      bytes(`<sdnList xmlns="http://x"><publshInformation/>${entry}</sdnList>`),
    );
    expect(problems).toEqual([]);
    expect(parties).toEqual([
      {
        list: "ofac-sdn",
        id: "36",
        kind: "person",
        names: [
          { text: "RUIZ, Ana", kind: "primary" },
          { text: "LA JEFA", kind: "weak_alias" },
        ],
        birthYears: [{ from: 1970, to: 1970 }],
        countries: ["MX"],
        identifiers: [{ label: "R.F.C.", value: "RUAA700101AAA" }],
        programs: ["SDNTK"],
      },
    ]);
  });

  it("tells an entry of an unknown type by its line", async () => {
    const wrong = entry.replace("Individual", "Robot");
    const { problems } = await readOfacXml(bytes(`<sdnList>\n${wrong}${entry}${entry}</sdnList>`));
    expect(problems.map(({ line, what }) => `${line}: ${what}`)).toEqual([
      '2: entry "36" lacks its number, its name or a known type',
      "12: entry 36 a second time",
    ]);
  });
});
