/** What a machine-readable zone (ICAO Doc 9303: TD1, TD2, TD3) is worth to a party. */
import { type ParseResult, parse } from "mrz";
import { type Party, sixDigits, startOf } from "./party.ts";
import { type Finding, failed, PASSED } from "./step.ts";
import { isNameOf } from "./zone-names.ts";

export type DocumentKind = "passport" | "identity_card" | "driving_licence";

/** Where names stand: line, first and last position, by format. */
const NAMES = { TD1: [2, 0, 30], TD2: [0, 5, 36], TD3: [0, 5, 44] } as const;

const DAY_MS = 86_400_000;
/** Two digits of a year mean the one that is at most this far away. */
const HALF_CENTURY = 50;

/** Compares the zone with the party: check digits first, for without them nothing that it says counts. */
export function judgeZone(text: string, kind: DocumentKind, party: Party, now: Date): Finding {
  const lines = linesOf(text);
  const zone = read(lines);
  if (zone === undefined || kind === "driving_licence") {
    return failed("unreadable");
  }
  if (zone.details.some(({ field, valid }) => !valid && field?.endsWith("CheckDigit"))) {
    return failed("check_digit");
  }
  const { birthDate, expirationDate } = zone.fields;
  const expiry = expiryOf(expirationDate ?? "", now);
  if (birthDate == null || expiry === undefined) {
    return failed("unreadable");
  }
  const isKind = (kind === "passport") === (zone.format === "TD3");
  const isBirth = party.birthDate !== null && sixDigits(party.birthDate) === birthDate;
  if (!isKind || !isBirth || !isNameOf(party, nameFieldOf(zone, lines))) {
    return failed("data_mismatch");
  }
  // It is good until its last day is over.
  return now.getTime() >= expiry.getTime() + DAY_MS ? failed("document_expired") : PASSED;
}

type Zone = ParseResult & { readonly format: keyof typeof NAMES };

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replaceAll(/\s/g, "").toUpperCase())
    .filter((line) => line !== "");
}

function read(lines: readonly string[]): Zone | undefined {
  try {
    const zone = parse(lines);
    return isZone(zone) ? zone : undefined;
  } catch {
    // The parser throws for whatever has not the lines of any document.
    return undefined;
  }
}

function isZone(zone: ParseResult): zone is Zone {
  return zone.format in NAMES;
}

function nameFieldOf({ format }: Zone, lines: readonly string[]): string {
  const [line, from, to] = NAMES[format];
  return lines[line]?.slice(from, to) ?? "";
}

function expiryOf(digits: string, now: Date): Date | undefined {
  if (!/^\d{6}$/.test(digits)) {
    return undefined;
  }
  const [short = 0, month = 0, day = 0] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  const century = Math.round((now.getUTCFullYear() - short) / (2 * HALF_CENTURY)) * 2 * HALF_CENTURY;
  return startOf({ year: century + short, month, day });
}
