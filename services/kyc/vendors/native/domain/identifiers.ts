/** Numbers that states give: check digits, and what they say of their holder. */
import { stdnum } from "stdnum";
import { type CalendarDate, type Identifier, type IdentifierType, type Party, sixDigits } from "./party.ts";
import { type Finding, failed, PASSED } from "./step.ts";

/** SAT's RFCs for the public at large and for foreigners: valid by decree, and nobody's. */
const GENERIC_RFCS = new Set(["XAXX010101000", "XEXX010101000"]);

const CHECKS: Readonly<Record<IdentifierType, (value: string) => boolean>> = {
  BR_CPF: (value) => !allSame(value) && stdnum.BR?.["cpf"]?.validate(value).isValid === true,
  BR_CNPJ: (value) => !allSame(value) && stdnum.BR?.["cnpj"]?.validate(value).isValid === true,
  MX_CURP: (value) => stdnum.MX?.["curp"]?.validate(value).isValid === true,
  MX_RFC: isRfc,
  CO_CC: (value) => /^[1-9]\d{5,9}$/.test(value),
  CO_CE: (value) => /^\d{6,12}$/.test(value),
  CO_NIT: (value) => /^\d{6,16}$/.test(value) && stdnum.CO?.["nit"]?.validate(value).isValid === true,
};

/** Kinds of persons that a number can belong to; where it is not named, either. */
const HOLDERS: Readonly<Partial<Record<IdentifierType, Party["kind"]>>> = {
  BR_CPF: "natural",
  BR_CNPJ: "legal",
  MX_CURP: "natural",
  CO_CC: "natural",
  CO_CE: "natural",
};

/** Looks at all identifiers of a party; the first that is wrong decides. */
export function judgeIdentifiers(party: Party): Finding {
  for (const { type, value } of party.identifiers) {
    const number = normalise(value);
    if (!CHECKS[type](number)) {
      return failed("check_digit");
    }
    if (!isOf(party, type, number)) {
      return failed("data_mismatch");
    }
  }
  return PASSED;
}

/** The number without punctuation, in capitals. */
export function normalise(value: Identifier["value"]): string {
  return value
    .normalize("NFC")
    .replaceAll(/[\s.\-/]/g, "")
    .toUpperCase();
}

function isOf({ kind, birthDate }: Party, type: IdentifierType, number: string): boolean {
  if ((HOLDERS[type] ?? kind) !== kind) {
    return false;
  }
  if (type === "MX_CURP") {
    return birthDate === null || isCurpOf(number, birthDate);
  }
  if (type === "MX_RFC" && !GENERIC_RFCS.has(number)) {
    // 13 characters for natural persons, 12 for legal ones (Código Fiscal de la Federación).
    const isKind = number.length === (kind === "natural" ? 13 : 12);
    return isKind && (birthDate === null || number.slice(4, 10) === sixDigits(birthDate));
  }
  return true;
}

/** The character before the last tells the century: a digit until 1999, a letter from 2000 on (RENAPO). */
function isCurpOf(curp: string, birthDate: CalendarDate): boolean {
  const isOfThisCentury = /[A-Z]/.test(curp.charAt(16));
  return curp.slice(4, 10) === sixDigits(birthDate) && isOfThisCentury === birthDate.year >= 2000;
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
