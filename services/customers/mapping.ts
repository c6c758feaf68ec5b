/** Customers of the contract to customers of the domain, and back. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  Customer_State,
  type Customer as CustomerMessage,
  type CustomerSchema,
  type LegalPerson as LegalPersonMessage,
  type NaturalPerson as NaturalPersonMessage,
  TaxIdentifier_Type,
} from "#gen/malla/customers/v1/customer_pb.js";
import { type CalendarDate, type Customer, etagOf } from "./domain/customer.ts";
import { normalise, type TaxIdentifier, type TaxIdentifierType } from "./domain/tax-identifier.ts";

const STATES = { active: Customer_State.ACTIVE, closed: Customer_State.CLOSED } as const;

/** Id of "customers/{customer}". */
export function customerIdOf(name: string): string {
  return name.slice("customers/".length);
}

/** The person of a message. That there is one was checked at the door. */
export function toPerson({ person }: Pick<CustomerMessage, "person">): Customer["person"] {
  switch (person.case) {
    case "naturalPerson":
      return toNaturalPerson(person.value);
    case "legalPerson":
      return toLegalPerson(person.value);
    default:
      throw new Error("a customer without a person passed validation");
  }
}

/** Identifiers of a message, normalised. */
export function toTaxIdentifiers({ taxIdentifiers }: Pick<CustomerMessage, "taxIdentifiers">): TaxIdentifier[] {
  return taxIdentifiers.map(({ type, value }) => ({ type: toType(type), value: normalise(value) }));
}

/** The number of a type in the contract. */
export function fromType(type: TaxIdentifierType): TaxIdentifier_Type {
  return TaxIdentifier_Type[type];
}

/** A customer as callers see it. */
export function fromCustomer(customer: Customer): MessageInitShape<typeof CustomerSchema> {
  return {
    name: `customers/${customer.id}`,
    person: fromPerson(customer.person),
    taxIdentifiers: customer.taxIdentifiers.map(({ type, value }) => ({ type: fromType(type), value })),
    email: customer.email,
    phoneNumber: customer.phoneNumber,
    state: STATES[customer.state],
    createTime: timestampFromDate(customer.createTime),
    updateTime: timestampFromDate(customer.updateTime),
    etag: etagOf(customer),
  };
}

type PersonInit = NonNullable<MessageInitShape<typeof CustomerSchema>["person"]>;

function fromPerson(person: Customer["person"]): PersonInit {
  if (person.kind === "natural") {
    const { givenName, familyName, birthDate } = person;
    return { case: "naturalPerson", value: { givenName, familyName, birthDate: { ...birthDate } } };
  }
  const { legalName, tradeName, formationDate } = person;
  return {
    case: "legalPerson",
    value: { legalName, tradeName, ...(formationDate === undefined ? {} : { formationDate: { ...formationDate } }) },
  };
}

function toNaturalPerson({ givenName, familyName, birthDate }: NaturalPersonMessage): Customer["person"] {
  return {
    kind: "natural",
    givenName: givenName.normalize("NFC"),
    familyName: familyName.normalize("NFC"),
    birthDate: toDate(birthDate) ?? { year: 0, month: 0, day: 0 },
  };
}

function toLegalPerson({ legalName, tradeName, formationDate }: LegalPersonMessage): Customer["person"] {
  return {
    kind: "legal",
    legalName: legalName.normalize("NFC"),
    tradeName: tradeName.normalize("NFC"),
    formationDate: toDate(formationDate),
  };
}

function toDate(date: CalendarDate | undefined): CalendarDate | undefined {
  return date === undefined ? undefined : { year: date.year, month: date.month, day: date.day };
}

function toType(type: TaxIdentifier_Type): TaxIdentifierType {
  const name = TaxIdentifier_Type[type];
  if (name === undefined || name === "UNSPECIFIED") {
    throw new Error(`identifier type ${type} passed validation`);
  }
  // The domain's names are the contract's.
  return name as TaxIdentifierType;
}
