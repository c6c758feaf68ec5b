/** Machine-readable zones of passports: ICAO Doc 9303, part 4 (TD3), with check digits by part 3, section 4.9. */

/** What stands in a zone. */
export interface Passport {
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: { readonly year: number; readonly month: number; readonly day: number };
  readonly expiryDate: { readonly year: number; readonly month: number; readonly day: number };
}

const NUMBER = "YB1234567";
const LINE = 44;

/** The two lines, one below the other. */
export function passportZone({ givenName, familyName, birthDate, expiryDate }: Passport): string {
  const names = `P<BRA${transliterated(familyName)}<<${transliterated(givenName)}`;
  const [birth, expiry] = [sixDigits(birthDate), sixDigits(expiryDate)];
  const number = `${NUMBER}${checkDigit(NUMBER)}`;
  const optional = `${"<".repeat(14)}<`;
  const dates = `${birth}${checkDigit(birth)}F${expiry}${checkDigit(expiry)}`;
  const composite = `${number}${birth}${checkDigit(birth)}${expiry}${checkDigit(expiry)}${optional}`;
  return `${names.padEnd(LINE, "<").slice(0, LINE)}\n${number}BRA${dates}${optional}${checkDigit(composite)}`;
}

/** The zone with the check digit of the birth date off by one. */
export function withWrongCheckDigit(zone: string): string {
  const at = zone.indexOf("\n") + 1 + 19;
  const digit = (Number(zone[at]) + 1) % 10;
  return `${zone.slice(0, at)}${digit}${zone.slice(at + 1)}`;
}

function sixDigits({ year, month, day }: Passport["birthDate"]): string {
  return [year % 100, month, day].map((part) => String(part).padStart(2, "0")).join("");
}

function transliterated(name: string): string {
  return name
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toUpperCase()
    .replaceAll(/[^A-Z]+/g, "<");
}

function checkDigit(text: string): number {
  const weights = [7, 3, 1];
  const weigh = (one: string) => (one === "<" ? 0 : Number.parseInt(one, 36));
  return [...text].reduce((sum, one, index) => sum + weigh(one) * (weights[index % 3] ?? 0), 0) % 10;
}
