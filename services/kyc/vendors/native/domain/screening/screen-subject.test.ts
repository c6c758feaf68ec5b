import { createReadStream } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { readOfacCsv } from "../../lists/ofac-csv.ts";
import { readUnConsolidated } from "../../lists/un-consolidated.ts";
import type { ListedParty } from "./listed-party.ts";
import { buildNameIndex, type NameIndex } from "./name-index.ts";
import { isScreenable, REVIEW_THRESHOLD, STRONG_THRESHOLD, screenSubject } from "./screen-subject.ts";
import type { Subject } from "./subject.ts";

const file = (name: string) => createReadStream(new URL(`../../lists/excerpt/${name}`, import.meta.url));

let index: NameIndex;
let parties: readonly ListedParty[];

beforeAll(async () => {
  const ofac = await readOfacCsv({
    sdn: file("sdn.csv"),
    alt: file("alt.csv"),
    add: file("add.csv"),
    sdnComments: file("sdn_comments.csv"),
  });
  const un = await readUnConsolidated(file("consolidated.xml"));
  parties = [...ofac.parties, ...un.parties];
  index = buildNameIndex(parties);
});

const subject = (name: string, more: Partial<Subject> = {}): Subject => ({
  kind: "person",
  names: [name],
  countries: [],
  identifiers: [],
  ...more,
});
const best = (name: string, more?: Partial<Subject>) => screenSubject(index, subject(name, more))[0];

describe("a listed person is found", () => {
  it.each([
    ["Joaquín Guzmán Loera", "6861"],
    ["Guzman Loera Joaquin", "6861"],
    ["Juaquin Gusman Loera", "6861"],
    ["J. Guzman Loera", "6861"],
    ["Lic. Nicolás Maduro", "22790"],
    ["N\u202eicol\u200das Maduro\u0000 Moros", "22790"],
    ["Usama bin Ladin", "6365"],
    ["Osama Binladen", "6365"],
    ["أسامة بن لادن", "6365"],
    ["أيمن الظواهري", "2676"],
    ["Олег Владимирович Дерипаска", "24283"],
    ["Deripaska Oleg", "24283"],
    ["KIM Jong-un", "20157"],
    ["Gaston Iyamuremie", "6907995"],
  ])("as %s", (name, id) => {
    expect(best(name)?.party.id).toBe(id);
  });

  it.each([
    ["Banco Nacional de Cuba", "306"],
    ["Banco Nacional Cuba S.A.", "306"],
    ["Anglo Caribbean Company Limited", "173"],
    ["Rahat Limited", "3000510"],
  ])("and a listed firm as %s", (name, id) => {
    expect(best(name, { kind: "organisation" })?.party.id).toBe(id);
  });

  it("by a number of a state alone, however it is written", () => {
    const hit = best("Somebody Else", { identifiers: ["6.068.015"] });
    expect(hit).toMatchObject({ party: { id: "4107" }, basisPoints: 9_800 });
    expect(hit?.evidence).toEqual([
      { factor: "identifier_same", asked: "6.068.015", listed: "Cedula No. 6068015", basisPoints: 0 },
    ]);
  });
});

describe("others are not", () => {
  it.each([
    "Maria da Silva Santos",
    "Juan Carlos Pérez Gómez",
    "John Smith",
    "Ana Félix",
    "Hector",
    "Kim Young-sam",
    "Mohammed",
  ])("%s", (name) => {
    expect(screenSubject(index, subject(name))).toEqual([]);
  });

  it("nor is a ship for a person, or a person for a firm of the same name", () => {
    expect(screenSubject(index, subject("Hermann"))).toEqual([]);
    expect(screenSubject(index, subject("Zetas Los"))).toEqual([]);
  });

  it("a name of nothing to compare is told apart", () => {
    expect([isScreenable("Ana"), isScreenable("\u202e?"), isScreenable("李")]).toEqual([true, false, true]);
    expect(screenSubject(index, subject("\u202e?"))).toEqual([]);
  });
});

describe("what is known besides", () => {
  const maduro = (more: Partial<Subject>) => best("Nicolas Maduro", more)?.basisPoints ?? 0;

  it("raises and lowers, and is told with its part", () => {
    const alone = maduro({});
    expect(maduro({ birthYear: 1962 })).toBe(alone + 400);
    expect(maduro({ birthYear: 1962, countries: ["BR", "VE"] })).toBe(alone + 600);
    expect(maduro({ birthYear: 1963 })).toBe(alone);
    expect(maduro({ countries: ["US"] })).toBe(alone - 300);
    expect(best("Nicolas Maduro Moros", { birthYear: 1990 })).toBeUndefined();
    const hit = best("Nicolas Maduro Moros", { birthYear: 1965, countries: ["VE"] });
    expect(hit).toMatchObject({ nameBasisPoints: 10_000, basisPoints: 9_200 });
    expect(hit?.evidence).toContainEqual({
      factor: "birth_year_differs",
      asked: "1965",
      listed: "1962",
      basisPoints: -1_000,
    });
    expect(hit?.evidence).toContainEqual({ factor: "country_shared", asked: "VE", listed: "VE", basisPoints: 200 });
  });

  it("never makes more than full marks", () => {
    expect(maduro({ names: ["Nicolas Maduro Moros"], birthYear: 1962, countries: ["VE"] })).toBe(10_000);
  });

  it("a weak alias alone is no strong hit", () => {
    const hit = best("BNC", { kind: "organisation" });
    expect(hit?.basisPoints).toBeGreaterThanOrEqual(REVIEW_THRESHOLD);
    expect(hit?.basisPoints).toBeLessThan(STRONG_THRESHOLD);
    expect(hit?.evidence.map(({ factor }) => factor)).toContain("weak_alias");
  });

  it("hidden characters are evidence of their own", () => {
    expect(best("Nicolas\u202e Maduro Moros")?.evidence.map(({ factor }) => factor)).toContain("hidden_characters");
  });
});

describe("the evidence of a hit explains its words", () => {
  it("one by one", () => {
    expect(best("Sr. Juaquin Guzman Loera")?.evidence).toEqual([
      { factor: "word_sounds_alike", asked: "juaquin", listed: "joaquin", basisPoints: 9_200 },
      { factor: "word_same", asked: "guzman", listed: "guzman", basisPoints: 10_000 },
      { factor: "word_same", asked: "loera", listed: "loera", basisPoints: 10_000 },
      { factor: "word_only_asked", asked: "sr", listed: "", basisPoints: 0 },
    ]);
    expect(best("Nicolas Maduro")?.evidence).toContainEqual({
      factor: "word_only_listed",
      asked: "",
      listed: "moros",
      basisPoints: 0,
    });
  });

  it("one hit per party, the best first, no more than asked for", () => {
    const hits = screenSubject(index, subject("Saddam Hussein Tikriti"), { threshold: 5_000 });
    expect(hits.length).toBeGreaterThan(3);
    expect(new Set(hits.map(({ party }) => party.id)).size).toBe(hits.length);
    expect(hits.map(({ basisPoints }) => basisPoints)).toEqual(
      hits.map(({ basisPoints }) => basisPoints).toSorted((a, b) => b - a),
    );
    expect(screenSubject(index, subject("Saddam Hussein Tikriti"), { threshold: 5_000, maxHits: 2 })).toEqual(
      hits.slice(0, 2),
    );
  });
});

describe("whatever is asked", () => {
  it("the answer is the same again, within bounds, and at or above the threshold", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.integer({ min: 3_000, max: 10_000 }),
        (name, threshold) => {
          const hits = screenSubject(index, subject(name), { threshold });
          expect(hits.every(({ basisPoints }) => basisPoints >= threshold && basisPoints <= 10_000)).toBe(true);
          expect(screenSubject(index, subject(name), { threshold })).toEqual(hits);
        },
      ),
    );
  });

  it.each([
    ["all letters", "a b c d e f g h i j k l m n o p q r s t u v w x"],
    ["one word many times", "Saddam ".repeat(200)],
    [
      "many spellings of one",
      "Aleksandr Aleksandar Aleksander Alexander Alexandr Alyaksandr Oleksandr Alexandre Alejandro",
    ],
    ["no end of one letter", "x".repeat(100_000)],
    ["nothing but marks", "\u202e\u200d\u0301".repeat(10_000)],
  ])("%s is answered at once", (_what, name) => {
    const startedMs = performance.now();
    screenSubject(index, subject(name, { kind: "person" }));
    screenSubject(index, subject(name, { kind: "organisation" }));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it("every listed name finds its party, in any order of its words", () => {
    for (const party of parties.filter(({ kind }) => kind === "person")) {
      for (const { text, kind } of party.names.filter((name) => name.kind !== "weak_alias")) {
        const turned = text.split(/[ ,]+/).reverse().join(" ");
        const hits = screenSubject(index, subject(turned));
        expect(
          hits.map(({ party: { id } }) => id),
          `${turned} (${kind})`,
        ).toContain(party.id);
      }
    }
  });
});
