/** A customer and the rules of its life. */
import { holdersOf, isValidIdentifier, type PersonKind, type TaxIdentifier } from "./tax-identifier.ts";

/** A day of the calendar as it was given, whole or not. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A human being. */
export interface NaturalPerson {
  readonly kind: "natural";
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: CalendarDate;
}

/** A company, association or other body. */
export interface LegalPerson {
  readonly kind: "legal";
  readonly legalName: string;
  readonly tradeName: string;
  readonly formationDate: CalendarDate | undefined;
}

/** A customer. */
export interface Customer {
  readonly id: string;
  readonly person: NaturalPerson | LegalPerson;
  readonly taxIdentifiers: readonly TaxIdentifier[];
  readonly email: string;
  readonly phoneNumber: string;
  readonly state: "active" | "closed";
  readonly version: bigint;
  readonly createTime: Date;
  readonly updateTime: Date;
}

/** Why a call on customers is refused. */
export type CustomerRefusal =
  | "customer_not_found"
  | "tax_identifier_type_repeated"
  | "tax_identifier_not_for_person"
  | "tax_identifier_invalid"
  | "tax_identifier_taken"
  | "birth_date_invalid"
  | "update_mask_invalid"
  | "customer_closed"
  | "etag_mismatch";

/** What is wrong with a customer, and which identifier it is about. */
export interface CustomerFault {
  readonly refusal: Extract<CustomerRefusal, "birth_date_invalid" | `tax_identifier_${string}`>;
  readonly identifier?: number;
}

/** Nobody is older. */
const MAX_AGE_YEARS = 150;

/** The first fault of a customer to be, in the order of the refusals above; undefined where there is none. */
export function faultOf(
  person: Customer["person"],
  identifiers: readonly TaxIdentifier[],
  today: Date,
): CustomerFault | undefined {
  return faultOfIdentifiers(person.kind, identifiers) ?? faultOfPerson(person, today);
}

/** The fault of a person's own data. */
export function faultOfPerson(person: Customer["person"], today: Date): CustomerFault | undefined {
  return person.kind === "natural" && !isBirthDate(person.birthDate, today)
    ? { refusal: "birth_date_invalid" }
    : undefined;
}

function faultOfIdentifiers(kind: PersonKind, identifiers: readonly TaxIdentifier[]): CustomerFault | undefined {
  const checks = [
    [
      "tax_identifier_type_repeated",
      (one: TaxIdentifier, index: number) => identifiers.findIndex(({ type }) => type === one.type) < index,
    ],
    ["tax_identifier_not_for_person", (one: TaxIdentifier) => !holdersOf(one).includes(kind)],
    ["tax_identifier_invalid", (one: TaxIdentifier) => !isValidIdentifier(one)],
  ] as const;
  for (const [refusal, isWrong] of checks) {
    const identifier = identifiers.findIndex(isWrong);
    if (identifier !== -1) {
      return { refusal, identifier };
    }
  }
  return undefined;
}

/** Whether a date is a day of the calendar, not in the future, and not too long ago. */
export function isBirthDate({ year, month, day }: CalendarDate, today: Date): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay =
    year >= 1000 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay && date <= today && year >= today.getUTCFullYear() - MAX_AGE_YEARS;
}

/** The customer after a change; its version tells it from before. */
export function changed(
  customer: Customer,
  change: Partial<Pick<Customer, "person" | "email" | "phoneNumber" | "state">>,
  at: Date,
): Customer {
  return { ...customer, ...change, version: customer.version + 1n, updateTime: at };
}

/** Tells one version of a customer from another. */
export function etagOf({ version }: Pick<Customer, "version">): string {
  return `v${version}`;
}
