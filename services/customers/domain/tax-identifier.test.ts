import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdersOf, isValidIdentifier, normalise, type TaxIdentifierType } from "./tax-identifier.ts";

const isValid = (type: TaxIdentifierType, value: string) => isValidIdentifier({ type, value: normalise(value) });

describe("identifiers", () => {
  it.each<[TaxIdentifierType, string]>([
    ["BR_CPF", "390.533.447-05"],
    ["BR_CPF", "529.982.247-25"],
    ["BR_CPF", "111.444.777-35"],
    ["BR_CPF", "123.456.789-09"],
    ["BR_CNPJ", "16.727.230/0001-97"],
    ["BR_CNPJ", "11.222.333/0001-81"],
    ["BR_CNPJ", "12.ABC.345/01DE-35"],
    ["BR_CNPJ", "12.abc.345/01de-35"],
    ["BR_CNPJ", "00.000.000/0001-91"],
    ["BR_CNPJ", "AA.AAA.AAA/0001-91"],
    ["MX_CURP", "BOXW310820HNERXN09"],
    ["MX_CURP", "MASI050805MVZRLRA8"],
    ["MX_CURP", "TEST900101HDFSTR06"],
    ["MX_RFC", "GODE561231GR8"],
    ["MX_RFC", "MAB9307148T4"],
    ["MX_RFC", "Ñ&T130705MD6"],
    ["MX_RFC", "TEST90010113A"],
    ["MX_RFC", "TST900101140"],
    ["MX_RFC", "VACE460910SX6"],
    ["MX_RFC", "XAXX010101000"],
    ["MX_RFC", "XEXX010101000"],
    ["CO_NIT", "860002964-4"],
    ["CO_NIT", "890903938-8"],
    ["CO_NIT", "800.197.268-4"],
    ["CO_NIT", "900544472-2"],
    ["CO_NIT", "213123432-1"],
    ["CO_CC", "1234567890"],
    ["CO_CC", "12.345.678"],
    ["CO_CE", "123456"],
  ])("%s %s is valid", (type, value) => {
    expect(isValid(type, value)).toBe(true);
  });

  it.each<[TaxIdentifierType, string]>([
    ["BR_CPF", "231.002.999-00"],
    ["BR_CPF", "000.000.000-00"],
    ["BR_CPF", "111.111.111-11"],
    ["BR_CPF", "390.533.447-0"],
    ["BR_CNPJ", "16.727.230/0001-98"],
    ["BR_CNPJ", "12.ABC.345/01DE-99"],
    ["BR_CNPJ", "12ABC34501DEAB"],
    ["BR_CNPJ", "00000000000000"],
    ["MX_CURP", "BOXW310820HNERXN08"],
    ["MX_RFC", "GODE561331GR8"],
    ["MX_RFC", "GODE56123"],
    ["CO_NIT", "213123432-5"],
    ["CO_CC", "A123456"],
    ["CO_CC", "12345"],
    ["CO_CC", "12345678901"],
  ])("%s %s is refused", (type, value) => {
    expect(isValid(type, value)).toBe(false);
  });

  it("with one digit changed are refused", () => {
    const cases = fc.tuple(
      fc.constantFrom<[TaxIdentifierType, string]>(
        ["BR_CPF", "52998224725"],
        ["BR_CNPJ", "11222333000181"],
        ["CO_NIT", "8600029644"],
      ),
      fc.nat(9),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(cases, ([[type, value], place, add]) => {
        const changed = [...value]
          .map((digit, index) => (index === place ? String((Number(digit) + add) % 10) : digit))
          .join("");
        expect(isValid(type, changed)).toBe(false);
      }),
    );
  });

  it("are held by the kind of person they are given to", () => {
    expect(holdersOf({ type: "BR_CNPJ", value: "11222333000181" })).toEqual(["legal"]);
    expect(holdersOf({ type: "MX_RFC", value: "MAB9307148T4" })).toEqual(["legal"]);
    expect(holdersOf({ type: "MX_RFC", value: "GODE561231GR8" })).toEqual(["natural"]);
    expect(holdersOf({ type: "CO_NIT", value: "8600029644" })).toEqual(["natural", "legal"]);
  });
});
