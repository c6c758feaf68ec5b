/** Facts in the remarks of an OFAC entry: "DOB 23 Nov 1962; POB Caracas, Venezuela; citizen Venezuela; a.k.a. 'EL GORDO'." */
import type { ListedIdentifier, YearSpan } from "../domain/screening/listed-party.ts";

export interface Remarks {
  readonly birthYears: readonly YearSpan[];
  /** Names of countries of nationality and citizenship. */
  readonly countries: readonly string[];
  readonly identifiers: readonly ListedIdentifier[];
  /** Aliases in quotes are those that OFAC calls weak: nicknames and the like. */
  readonly weakAliases: readonly string[];
  /** What began as a birth date and was none. */
  readonly malformed: readonly string[];
}

/** "circa" in the lists is rarely further off. */
const CIRCA_YEARS = 2;

/** Documents of a person or firm. The label, then a number with a digit in it, then the country in brackets. */
const IDENTIFIER =
  /^(?:alt\. )?(?<label>Passport|Diplomatic Passport|Stateless Person Passport|Cedula No\.|Cedula|NIT #|R\.F\.C\.(?: #)?|RFC|C\.U\.R\.P\.(?: #)?|C\.U\.I\.P\.|C\.U\.I\.T\.|National ID No\.|RUC #|Tax ID No\.|Registration ID|Registration Number|Identification Number|RIF #|RTN|RUT|D\.N\.I\.|DNI|SSN|I\.F\.E\.|Electoral Registry No\.|Credencial electoral|Numero de Identidad|National Foreign ID Number|Personal ID Card|Company Number|Matricula Mercantil No\.?|Folio Mercantil No\.|Commercial Registry Number|V\.A\.T\. Number) (?<value>[A-Za-z0-9./ -]*[0-9][A-Za-z0-9./ -]*?)(?: \((?<country>[^)]*)\))?$/;

/** Reads remarks. What is not understood is a text for people, and no fact. */
export function readRemarks(remarks: string): Remarks {
  const birthYears: YearSpan[] = [];
  const countries: string[] = [];
  const identifiers: ListedIdentifier[] = [];
  const weakAliases: string[] = [];
  const malformed: string[] = [];
  for (const part of remarks.replace(/\.$/, "").split(";")) {
    const text = part.trim();
    const birth = /^(?:alt\. )?DOB (.*)$/.exec(text)?.[1];
    const country = /^(?:alt\. )?(?:nationality|citizen) (.*)$/.exec(text)?.[1];
    const alias = /^(?:alt\. )?(?:a\.k\.a\.|f\.k\.a\.|n\.k\.a\.),? '(.*)'$/.exec(text)?.[1];
    const identifier = IDENTIFIER.exec(text)?.groups;
    if (birth !== undefined) {
      const span = readYears(birth);
      if (span === undefined) {
        malformed.push(text);
      } else {
        birthYears.push(span);
      }
    } else if (country !== undefined) {
      countries.push(country);
    } else if (alias !== undefined) {
      weakAliases.push(alias);
    } else if (identifier !== undefined) {
      identifiers.push({ label: identifier["label"] ?? "", value: (identifier["value"] ?? "").trim() });
    }
  }
  return { birthYears, countries, identifiers, weakAliases, malformed };
}

/** "23 Nov 1962", "Nov 1962", "1962", "circa 1962", "1960 to 1962", "01 Jan 1960 to 31 Dec 1962", "circa 1979-1982". */
export function readYears(text: string): YearSpan | undefined {
  const [, circa, from, to] =
    /^(circa )?(?:(?:\d{1,2} )?[A-Z][a-z]{2} )?(\d{4})(?:(?: to |-)(?:(?:\d{1,2} )?[A-Z][a-z]{2} )?(\d{4}))?$/.exec(
      text,
    ) ?? [];
  if (from === undefined) {
    return undefined;
  }
  const widen = circa === undefined ? 0 : CIRCA_YEARS;
  const span = { from: Number(from) - widen, to: Number(to ?? from) + widen };
  return span.from <= span.to ? span : undefined;
}
