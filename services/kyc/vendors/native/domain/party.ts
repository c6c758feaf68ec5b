/** Whom a verification is about, as the checks see it. */

/** A day of the calendar, or what claims to be one. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Kinds of identifiers, by country. */
export type IdentifierType = "BR_CPF" | "BR_CNPJ" | "MX_CURP" | "MX_RFC" | "CO_CC" | "CO_CE" | "CO_NIT";

export interface Identifier {
  readonly type: IdentifierType;
  /** As written. */
  readonly value: string;
}

export interface Party {
  readonly kind: "natural" | "legal";
  /** Given names and family names; or the legal name and, where it has one, the trade name. */
  readonly names: readonly string[];
  /** Of a natural person. */
  readonly birthDate: CalendarDate | null;
  readonly identifiers: readonly Identifier[];
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
}

/** Nobody has lived longer by much. */
const MOST_YEARS = 150;

/** Whether it is a day of the calendar, not to come, and not longer ago than anybody lives. */
export function isBirthDate(date: CalendarDate, now: Date): boolean {
  const start = startOf(date);
  const isTooOld = date.year < now.getUTCFullYear() - MOST_YEARS;
  return start !== undefined && !isTooOld && start.getTime() <= now.getTime();
}

/** The day's first moment (UTC), or undefined where it is no day of the calendar. */
export function startOf({ year, month, day }: CalendarDate): Date | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay ? date : undefined;
}

/** The date as YYMMDD, which is how documents and identifiers write it. */
export function sixDigits({ year, month, day }: CalendarDate): string {
  return [year % 100, month, day].map((part) => String(part).padStart(2, "0")).join("");
}
