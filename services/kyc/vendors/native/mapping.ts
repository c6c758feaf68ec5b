/** Between the contract's messages and what the vendor works with. */
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { TaxIdentifier_Type } from "#gen/malla/customers/v1/customer_pb.js";
import { type ProviderVerification, ProviderVerificationSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import {
  DocumentKind,
  type Party as PartyMessage,
  type ScreeningHit,
  ScreeningHitSchema,
  type ScreeningList,
  ScreeningListSchema,
  Step_Kind,
  Step_Outcome,
  Step_Reason,
  VerificationState,
} from "#gen/malla/kyc/v1/verification_pb.js";
import type { State } from "./domain/decide.ts";
import type { DocumentKind as Kind } from "./domain/machine-readable-zone.ts";
import { readName } from "./domain/names.ts";
import { type IdentifierType, isBirthDate, type Party } from "./domain/party.ts";
import type { Reason, Step, StepKind } from "./domain/step.ts";
import { kycRefused } from "./errors.ts";
import type { LoadedList } from "./lists/lists-folder.ts";
import type { Hit } from "./screening/hit.ts";
import type { Kept } from "./store/verification-store.ts";

const STATES: Readonly<Record<State, VerificationState>> = {
  needs_documents: VerificationState.NEEDS_DOCUMENTS,
  in_review: VerificationState.IN_REVIEW,
  passed: VerificationState.PASSED,
  failed: VerificationState.FAILED,
  expired: VerificationState.EXPIRED,
  cancelled: VerificationState.CANCELLED,
};
const KINDS: Readonly<Record<StepKind, Step_Kind>> = {
  identifier: Step_Kind.IDENTIFIER,
  document: Step_Kind.DOCUMENT,
  screening: Step_Kind.SCREENING,
};
const OUTCOMES: Readonly<Record<Step["outcome"], Step_Outcome>> = {
  waiting: Step_Outcome.WAITING,
  passed: Step_Outcome.PASSED,
  failed: Step_Outcome.FAILED,
  needs_review: Step_Outcome.NEEDS_REVIEW,
};
const REASONS: Readonly<Record<Reason, Step_Reason>> = {
  check_digit: Step_Reason.CHECK_DIGIT,
  data_mismatch: Step_Reason.DATA_MISMATCH,
  document_expired: Step_Reason.DOCUMENT_EXPIRED,
  unreadable: Step_Reason.UNREADABLE,
};
const IDENTIFIERS: Readonly<Partial<Record<TaxIdentifier_Type, IdentifierType>>> = {
  [TaxIdentifier_Type.BR_CPF]: "BR_CPF",
  [TaxIdentifier_Type.BR_CNPJ]: "BR_CNPJ",
  [TaxIdentifier_Type.MX_CURP]: "MX_CURP",
  [TaxIdentifier_Type.MX_RFC]: "MX_RFC",
  [TaxIdentifier_Type.CO_CC]: "CO_CC",
  [TaxIdentifier_Type.CO_CE]: "CO_CE",
  [TaxIdentifier_Type.CO_NIT]: "CO_NIT",
};
/** Ids and names of the lists, by the readers' names. */
const LISTS: Readonly<Record<string, readonly [string, string]>> = {
  "ofac-sdn": ["us_ofac_sdn", "Specially Designated Nationals and Blocked Persons List"],
  "un-consolidated": ["un_consolidated", "United Nations Security Council Consolidated List"],
};

/**
 * Reads a party.
 *
 * @throws NAME_INVALID and BIRTH_DATE_INVALID.
 */
export function toParty(message: PartyMessage | undefined, now: Date): Party {
  const { person, taxIdentifiers, countryCodes } = message ?? { person: { case: undefined } };
  const shared = {
    identifiers: (taxIdentifiers ?? []).map(({ type, value }) => {
      const known = IDENTIFIERS[type];
      if (known === undefined) {
        throw new Error(`an identifier of type ${type} passed validation`);
      }
      return { type: known, value };
    }),
    countries: [...(countryCodes ?? [])],
  };
  if (person.case === "naturalPerson") {
    const { givenName, familyName, birthDate } = person.value;
    const names = [givenName, familyName].map(requireName);
    if (birthDate === undefined || !isBirthDate(birthDate, now)) {
      throw kycRefused("birth_date_invalid");
    }
    const { year, month, day } = birthDate;
    return { kind: "natural", names, birthDate: { year, month, day }, ...shared };
  }
  if (person.case === "legalPerson") {
    const { legalName, tradeName } = person.value;
    const names = [legalName, ...(tradeName === "" ? [] : [tradeName])].map(requireName);
    return { kind: "legal", names, birthDate: null, ...shared };
  }
  throw new Error("a party without a person passed validation");
}

function requireName(name: string): string {
  const plain = readName(name);
  if (plain === undefined) {
    throw kycRefused("name_invalid");
  }
  return plain;
}

/** A verification as the contract has it. */
export function fromKept({ id, state, steps, hits, expireTime, version }: Kept): ProviderVerification {
  return create(ProviderVerificationSchema, {
    reference: id,
    state: STATES[state],
    steps: steps.map((step) => ({
      kind: KINDS[step.kind],
      outcome: OUTCOMES[step.outcome],
      reason: step.outcome === "failed" ? REASONS[step.reason] : Step_Reason.UNSPECIFIED,
    })),
    hits: hits.map(fromHit),
    neededDocuments: state === "needs_documents" ? [DocumentKind.PASSPORT, DocumentKind.IDENTITY_CARD] : [],
    ...(expireTime === null ? {} : { expireTime: timestampFromDate(expireTime) }),
    version,
  });
}

/** A hit as the contract has it. */
export function fromHit({ list, entryId, matchedName, basisPoints, evidence }: Hit): ScreeningHit {
  const [id] = LISTS[list] ?? [list];
  return create(ScreeningHitSchema, {
    list: id,
    entryId,
    matchedName,
    scoreBasisPoints: basisPoints,
    evidence: [...evidence],
  });
}

/** A list as the contract has it. */
export function fromList({ list, parties, version }: LoadedList): ScreeningList {
  const [id, displayName] = LISTS[list] ?? [list, list];
  return create(ScreeningListSchema, { id, displayName, version, entryCount: parties });
}

/** The kind of a document. */
export function toDocumentKind(kind: DocumentKind): Kind {
  switch (kind) {
    case DocumentKind.PASSPORT:
      return "passport";
    case DocumentKind.IDENTITY_CARD:
      return "identity_card";
    case DocumentKind.DRIVING_LICENCE:
      return "driving_licence";
    default:
      throw new Error(`a document of kind ${kind} passed validation`);
  }
}
