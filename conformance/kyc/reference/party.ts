/** What the reference makes of a party: whether it takes it, and what its identifiers are worth. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { stdnum } from "stdnum";
import { TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { type Party, Step_Outcome, Step_Reason } from "#gen/malla/kyc/v1/verification_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import type { Fault } from "./faults.ts";

/** The names of a party, given names first. */
export function namesOf({ person }: Party): string[] {
  switch (person.case) {
    case "naturalPerson":
      return [person.value.givenName, person.value.familyName];
    case "legalPerson":
      return [person.value.legalName];
    default:
      return [];
  }
}

/** A name as it is compared: no marks, no accents, small letters. */
export function plain(name: string): string {
  return name
    .replaceAll(/[\u200e\u200f\u061c]/g, "")
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase();
}

/** Refuses a party that cannot be. */
export function requireParty(party: Party, faults: ReadonlySet<Fault>): void {
  const marks = faults.has("refuses_marks") ? /[\u200e\u200f\u061c]/ : /(?!)/;
  for (const name of namesOf(party)) {
    const isWrong = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name) || !/\p{L}/u.test(name) || marks.test(name);
    if (isWrong && !faults.has("takes_any_name")) {
      throw refused(
        "NAME_INVALID",
        faults.has("repeats_the_name") ? `no name: ${name}` : "a name holds what no name does",
      );
    }
  }
  const date = party.person.case === "naturalPerson" ? party.person.value.birthDate : undefined;
  if (date !== undefined && !faults.has("takes_any_date")) {
    const day = new Date(Date.UTC(date.year, date.month - 1, date.day));
    if (day.getUTCMonth() !== date.month - 1 || day.getTime() > Date.now()) {
      throw refused("BIRTH_DATE_INVALID", "the birth date is no day in the past");
    }
  }
}

/** An INVALID_ARGUMENT of the contract. */
export function refused(reason: string, message: string, code: Code = Code.InvalidArgument): ConnectError {
  return rpcError({ code, reason, domain: "kyc.malla", message });
}

/** What identifiers are worth. */
export function judgeIdentifiers(
  { taxIdentifiers, person }: Party,
  faults: ReadonlySet<Fault>,
): { readonly outcome: Step_Outcome; readonly reason: Step_Reason } {
  const failed = (reason: Step_Reason) => ({ outcome: Step_Outcome.FAILED, reason });
  for (const { type, value } of taxIdentifiers) {
    if (type === TaxIdentifier_Type.CO_CC && faults.has("refuses_colombia")) {
      return failed(Step_Reason.CHECK_DIGIT);
    }
    if (!isRight(type, value) && !faults.has("ignores_check_digits")) {
      return failed(Step_Reason.CHECK_DIGIT);
    }
    const date = person.case === "naturalPerson" ? person.value.birthDate : undefined;
    if (type === TaxIdentifier_Type.MX_CURP && date !== undefined && !faults.has("ignores_curp_dates")) {
      const born = [date.year % 100, date.month, date.day].map((part) => String(part).padStart(2, "0")).join("");
      if (value.slice(4, 10) !== born) {
        return failed(Step_Reason.DATA_MISMATCH);
      }
    }
  }
  return { outcome: Step_Outcome.PASSED, reason: Step_Reason.UNSPECIFIED };
}

function isRight(type: TaxIdentifier_Type, value: string): boolean {
  switch (type) {
    case TaxIdentifier_Type.BR_CPF:
      return stdnum.BR?.cpf?.validate(value).isValid === true;
    case TaxIdentifier_Type.BR_CNPJ:
      return stdnum.BR?.cnpj?.validate(value).isValid === true;
    case TaxIdentifier_Type.MX_CURP:
      return stdnum.MX?.curp?.validate(value).isValid === true;
    default:
      return /^[0-9A-Za-z.-]+$/.test(value);
  }
}
