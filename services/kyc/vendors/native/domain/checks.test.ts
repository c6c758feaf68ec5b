import { describe, expect, it } from "vitest";
import { decide } from "./decide.ts";
import { judgeIdentifiers } from "./identifiers.ts";
import { readImageSize } from "./image-header.ts";
import { judgeZone } from "./machine-readable-zone.ts";
import { readName } from "./names.ts";
import { type CalendarDate, type IdentifierType, isBirthDate, type Party } from "./party.ts";
import { isNameOf } from "./zone-names.ts";

const NOW = new Date("2026-06-01T12:00:00Z");

function person(names: readonly string[], birthDate: CalendarDate, identifiers: Party["identifiers"] = []): Party {
  return { kind: "natural", names, birthDate, identifiers, countries: [] };
}

const ANA = { year: 1990, month: 5, day: 17 };

describe("identifiers", () => {
  it.each<[IdentifierType, string, string]>([
    ["BR_CPF", "390.533.447-05", "passed"],
    ["BR_CPF", "390.533.447-06", "check_digit"],
    ["BR_CPF", "111.111.111-11", "check_digit"],
    ["BR_CNPJ", "11.222.333/0001-81", "data_mismatch"],
    ["MX_CURP", "XEPA900517MDFRRN02", "passed"],
    ["MX_CURP", "XEPA900517MDFRRN03", "check_digit"],
    ["MX_CURP", "XEPA910517MDFRRN09", "data_mismatch"],
    ["CO_CC", "1032456789", "passed"],
    ["CO_CC", "0123456", "check_digit"],
  ])("%s %s: %s", (type, value, expected) => {
    const finding = judgeIdentifiers(person(["Ana", "Prado"], ANA, [{ type, value }]));
    expect(finding.outcome === "failed" ? finding.reason : finding.outcome).toBe(expected);
  });
});

describe("names", () => {
  it.each([
    ["Ana", "Ana"],
    ["\u200fAna\u200e \u061cPrado", "Ana Prado"],
    ["محمد", "محمد"],
    ["Ana\u202e", undefined],
    ["Ana\u2067", undefined],
    ["Ana\u0000", undefined],
    ["Ana\u0085", undefined],
    ["12-3", undefined],
    ["\u200e", undefined],
  ])("%j is read as %j", (name, expected) => {
    expect(readName(name)).toBe(expected);
  });
});

describe("birth dates", () => {
  it.each([
    [{ year: 2000, month: 2, day: 29 }, true],
    [{ year: 1900, month: 2, day: 29 }, false],
    [{ year: 1990, month: 0, day: 1 }, false],
    [{ year: 2026, month: 6, day: 1 }, true],
    [{ year: 2026, month: 6, day: 2 }, false],
    [{ year: 1875, month: 1, day: 1 }, false],
  ])("%j: %s", (date, expected) => {
    expect(isBirthDate(date, NOW)).toBe(expected);
  });
});

/** The specimens of ICAO Doc 9303, parts 4, 5 and 6: all of one holder, expiring on 15 April 2012. */
const TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
const TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";

describe("machine-readable zones", () => {
  const anna = person(["Anna Maria", "Eriksson"], { year: 1974, month: 8, day: 12 });
  const on = (day: string) => new Date(`${day}Z`);
  it.each([
    ["a passport", TD3, "passport", anna, "2012-04-15T23:59", "passed"],
    ["a card of three lines", TD1, "identity_card", anna, "2010-01-01T00:00", "passed"],
    ["a card of two lines", TD2, "identity_card", anna, "2010-01-01T00:00", "passed"],
    ["a passport the day after", TD3, "passport", anna, "2012-04-16T00:00", "document_expired"],
    ["a card said to be a passport", TD1, "passport", anna, "2010-01-01T00:00", "data_mismatch"],
    ["a wrong digit", TD3.replace("7408122F", "7408123F"), "passport", anna, "2010-01-01T00:00", "check_digit"],
    [
      "another's name",
      TD3,
      "passport",
      person(["Ana", "Eriksson"], anna.birthDate ?? ANA),
      "2010-01-01T00:00",
      "data_mismatch",
    ],
    ["another's birth", TD3, "passport", person(anna.names, ANA), "2010-01-01T00:00", "data_mismatch"],
    ["nothing", "", "passport", anna, "2010-01-01T00:00", "unreadable"],
    ["a driving licence", TD1, "driving_licence", anna, "2010-01-01T00:00", "unreadable"],
  ] as const)("%s", (_what, zone, kind, party, day, expected) => {
    const finding = judgeZone(zone, kind, party, on(day));
    expect(finding.outcome === "failed" ? finding.reason : finding.outcome).toBe(expected);
  });

  it.each([
    ["José María", "Núñez Ibáñez", "NUNEZ<IBANEZ<<JOSE<MARIA<<", true],
    ["José", "Núñez", "NUNXXEZ<<JOSE<<", true],
    ["Jürgen", "Groß-Øst", "GROSS<OEST<<JUERGEN<<", true],
    ["Seán", "O'Brien", "OBRIEN<<SEAN<<", true],
    ["Maria Antonieta", "Nascimento", "NASCIMENTO<<MARIA<ANTO", true],
    ["Maria", "Nascimento", "NASCIMENTO<<MARTA<<", false],
    ["Maria", "Silva", "<<MARIA<<", false],
  ])("%s %s in %s: %s", (given, family, field, expected) => {
    expect(isNameOf(person([given, family], ANA), field)).toBe(expected);
  });
});

describe("decisions", () => {
  it.each([
    [["passed", "needs_review"], "in_review"],
    [["waiting", "needs_review"], "needs_documents"],
    [["passed", "passed"], "passed"],
    [[], "passed"],
  ] as const)("%j: %s", (outcomes, expected) => {
    expect(decide(outcomes.map((outcome) => ({ kind: "screening", outcome })))).toBe(expected);
  });

  it("one failure is enough", () => {
    const failure = { kind: "document", outcome: "failed", reason: "check_digit" } as const;
    expect(decide([failure, { kind: "screening", outcome: "needs_review" }])).toBe("failed");
  });
});

describe("image headers", () => {
  it.each([
    [
      "a frame after other segments",
      [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 11, 8, 1, 0, 2, 0, 0],
      [512, 256],
    ],
    ["no frame before the scan", [0xff, 0xd8, 0xff, 0xda, 0, 8, 0, 0, 0, 0, 0, 0], undefined],
    ["a segment that leads out of the file", [0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0, 0, 0, 0, 0, 0], undefined],
    ["nothing", [], undefined],
  ])("%s", (_what, bytes, expected) => {
    const size = readImageSize(Uint8Array.from(bytes), "image/jpeg");
    expect(size === undefined ? undefined : [size.width, size.height]).toEqual(expected);
  });
});
