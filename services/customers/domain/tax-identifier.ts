/** Numbers that states give to persons: how they are written, checked, and to whom they are given. */
import { stdnum } from "stdnum";

/** Kinds of identifiers, by country. */
export type TaxIdentifierType = "BR_CPF" | "BR_CNPJ" | "MX_CURP" | "MX_RFC" | "CO_CC" | "CO_CE" | "CO_NIT";

/** Kinds of persons. */
export type PersonKind = "natural" | "legal";

/** A number in its stored form: upper case, without punctuation. */
export interface TaxIdentifier {
  readonly type: TaxIdentifierType;
  readonly value: string;
}

/** SAT's RFCs for the public at large and for foreigners: valid by decree, whatever their digits. */
const GENERIC_RFCS = new Set(["XAXX010101000", "XEXX010101000"]);

const CHECKS: Readonly<Record<TaxIdentifierType, (value: string) => boolean>> = {
  BR_CPF: (value) => !allSame(value) && stdnum.BR?.["cpf"]?.validate(value).isValid === true,
  BR_CNPJ: (value) => !allSame(value) && stdnum.BR?.["cnpj"]?.validate(value).isValid === true,
  MX_CURP: (value) => stdnum.MX?.["curp"]?.validate(value).isValid === true,
  MX_RFC: isRfc,
  CO_CC: (value) => /^[1-9]\d{5,9}$/.test(value),
  CO_CE: (value) => /^\d{6,12}$/.test(value),
  CO_NIT: (value) => /^\d{6,16}$/.test(value) && stdnum.CO?.["nit"]?.validate(value).isValid === true,
};

/** The number as it is stored. */
export function normalise(value: string): string {
  return value
    .normalize("NFC")
    .replaceAll(/[\s.\-/]/g, "")
    .toUpperCase();
}

/** Whether length, characters and, where the type has them, check digits are right. Expects a normalised number. */
export function isValidIdentifier({ type, value }: TaxIdentifier): boolean {
  return CHECKS[type](value);
}

/** Kinds of persons that a number can belong to. */
export function holdersOf({ type, value }: TaxIdentifier): readonly PersonKind[] {
  switch (type) {
    case "BR_CPF":
    case "MX_CURP":
    case "CO_CC":
    case "CO_CE":
      return ["natural"];
    case "BR_CNPJ":
      return ["legal"];
    case "MX_RFC":
      // 13 characters for natural persons, 12 for legal ones (Código Fiscal de la Federación).
      return value.length === 12 ? ["legal"] : ["natural"];
    case "CO_NIT":
      return ["natural", "legal"];
  }
}

/** Shape and date are verified; a wrong check digit is accepted: about 1.5 % of the RFCs in use carry one. */
function isRfc(value: string): boolean {
  if (GENERIC_RFCS.has(value)) {
    return true;
  }
  const result = stdnum.MX?.["rfc"]?.validate(value);
  return result?.isValid === true || result?.error?.name === "InvalidChecksum";
}

/** 000… and 111… pass the sums of CPF and CNPJ, and were given to nobody. */
function allSame(value: string): boolean {
  return new Set(value).size === 1;
}
