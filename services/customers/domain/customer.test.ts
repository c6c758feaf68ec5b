import { describe, expect, it } from "vitest";
import { faultOf, isBirthDate, type LegalPerson, type NaturalPerson } from "./customer.ts";

const today = new Date("2026-03-01T12:00:00Z");
const ana: NaturalPerson = {
  kind: "natural",
  givenName: "Ana",
  familyName: "Souza",
  birthDate: { year: 1990, month: 5, day: 17 },
};
const bakery: LegalPerson = { kind: "legal", legalName: "Padaria", tradeName: "", formationDate: undefined };
const cpf = { type: "BR_CPF", value: "52998224725" } as const;

describe("a customer to be", () => {
  it("with right identifiers has no fault", () => {
    expect(faultOf(ana, [cpf], today)).toBeUndefined();
    expect(faultOf(bakery, [{ type: "BR_CNPJ", value: "11222333000181" }], today)).toBeUndefined();
  });

  it.each([
    [
      "a type given twice before all else",
      ana,
      [cpf, { ...cpf, value: "1" }],
      { refusal: "tax_identifier_type_repeated", identifier: 1 },
    ],
    [
      "an identifier of the other kind of person",
      bakery,
      [cpf],
      { refusal: "tax_identifier_not_for_person", identifier: 0 },
    ],
    [
      "wrong check digits",
      ana,
      [{ ...cpf, value: "52998224726" }],
      { refusal: "tax_identifier_invalid", identifier: 0 },
    ],
    [
      "a birth date that is no day",
      { ...ana, birthDate: { year: 1990, month: 2, day: 30 } },
      [cpf],
      { refusal: "birth_date_invalid" },
    ],
  ] as const)("is refused for %s", (_what, person, identifiers, fault) => {
    expect(faultOf(person, identifiers, today)).toEqual(fault);
  });
});

it.each([
  [{ year: 2026, month: 3, day: 1 }, true],
  [{ year: 2026, month: 3, day: 2 }, false],
  [{ year: 2000, month: 2, day: 29 }, true],
  [{ year: 1900, month: 2, day: 29 }, false],
  [{ year: 1876, month: 1, day: 1 }, true],
  [{ year: 1875, month: 12, day: 31 }, false],
  [{ year: 1990, month: 0, day: 1 }, false],
  [{ year: 1990, month: 1, day: 0 }, false],
])("the birth date %o is possible: %s", (date, possible) => {
  expect(isBirthDate(date, today)).toBe(possible);
});
