/** The people and companies of the demo. Their identifiers have valid check digits and belong to nobody known. */
import type { Json } from "./edge-client.ts";

/** Who is onboarded at a tenant: a person and a company. */
export interface DemoCustomers {
  readonly person: Json;
  readonly company: Json;
  /** What is shown of them. */
  readonly names: readonly [string, string];
}

/** By tenant. Values that must be unique per tenant differ from run to run, so that the demo can be told again. */
export function demoCustomers(tenant: string, run: number): DemoCustomers {
  switch (tenant) {
    case "banco-ipe":
      return pair(
        ["Ana", "Souza", 1990, [{ type: "TYPE_BR_CPF", value: cpf(run) }]],
        ["Padaria Ipê Ltda", [{ type: "TYPE_BR_CNPJ", value: cnpj(run) }]],
      );
    case "banco-ahuehuete":
      return pair(
        ["Lucía", "Hernández", 1990, [{ type: "TYPE_MX_CURP", value: curp(run) }]],
        ["Tortillería Ahuehuete SA", [{ type: "TYPE_MX_RFC", value: rfc(run) }]],
      );
    default:
      return pair(
        ["Carlos", "Restrepo", 1985, [{ type: "TYPE_CO_CC", value: String(1_000_000_000 + (run % 999_999_999)) }]],
        ["Café La Ceiba SAS", [{ type: "TYPE_CO_NIT", value: nit(run) }]],
      );
  }
}

function pair(
  [givenName, familyName, year, personIds]: readonly [string, string, number, readonly Json[]],
  [legalName, companyIds]: readonly [string, readonly Json[]],
): DemoCustomers {
  return {
    person: {
      naturalPerson: { givenName, familyName, birthDate: { year, month: 1, day: 1 } },
      taxIdentifiers: personIds,
    },
    company: { legalPerson: { legalName }, taxIdentifiers: companyIds },
    names: [`${givenName} ${familyName}`, legalName],
  };
}

/** 10 and seven digits from the run (nine that are alike were given to nobody), then two check digits, modulo 11. */
function cpf(run: number): string {
  const base = `10${String(run % 10_000_000).padStart(7, "0")}`;
  const digit = (text: string) => modulo11(sumOf(text, (fromRight) => fromRight + 2));
  const first = `${base}${digit(base)}`;
  return `${first}${digit(first)}`;
}

/** Eight digits from the run, branch 0001, then two check digits: weights 2..9 from the right (Receita Federal). */
function cnpj(run: number): string {
  const base = `${String(run % 100_000_000).padStart(8, "0")}0001`;
  const digit = (text: string) => modulo11(sumOf(text, (fromRight) => (fromRight % 8) + 2));
  const first = `${base}${digit(base)}`;
  return `${first}${digit(first)}`;
}

function sumOf(digits: string, weight: (fromRight: number) => number): number {
  return [...digits].reduce((total, digit, index) => total + Number(digit) * weight(digits.length - 1 - index), 0);
}

function modulo11(sum: number): number {
  return sum % 11 < 2 ? 0 : 11 - (sum % 11);
}

/** A CURP born on 1 January 1990 in Mexico City; three consonants come from the run; last the check digit (RENAPO). */
function curp(run: number): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
  const consonants = "BCDFGHJKLMNPQRSTVWXYZ";
  const pick = (place: number) => consonants[Math.floor(run / consonants.length ** place) % consonants.length] ?? "B";
  const base = `TEST900101MDF${pick(0)}${pick(1)}${pick(2)}0`;
  const sum = [...base].reduce((total, character, index) => total + alphabet.indexOf(character) * (18 - index), 0);
  return `${base}${(10 - (sum % 10)) % 10}`;
}

/** An RFC of a company founded on 1 January 1990; the homoclave comes from the run; last the check digit (SAT). */
function rfc(run: number): string {
  const alphabet = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
  // The first character of a homoclave is none after V.
  const letters = "ABCDEFGHIJKLMNPQRSTUV";
  const pick = (place: number) => letters[Math.floor(run / letters.length ** place) % letters.length] ?? "A";
  const base = `${pick(2)}${pick(3)}T900101${pick(0)}${pick(1)}`;
  const sum = [...` ${base}`].reduce(
    (total, character, index) => total + alphabet.indexOf(character) * (13 - index),
    0,
  );
  const digit = 11 - (sum % 11);
  return `${base}${digit === 11 ? "0" : digit === 10 ? "A" : digit}`;
}

/** Nine digits from the run, then the check digit: primes from the right, modulo 11 (DIAN). */
function nit(run: number): string {
  const base = String(800_000_000 + (run % 100_000_000));
  const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41];
  const sum = [...base]
    .reverse()
    .reduce((total, character, index) => total + Number(character) * (weights[index] ?? 0), 0);
  return `${base}${"01987654321"[sum % 11] ?? ""}`;
}
