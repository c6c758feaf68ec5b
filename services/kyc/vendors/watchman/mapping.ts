/** Between the contract's messages and what watchman is asked and answers. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ProviderVerification, ProviderVerificationSchema } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import {
  type Party,
  type ScreeningHitSchema,
  type ScreeningListSchema,
  Step_Kind,
  Step_Outcome,
  VerificationState,
} from "#gen/malla/kyc/v1/verification_pb.js";
import { kycRefused } from "./errors.ts";
import type { HitEvidence, Subject, WatchmanHit } from "./screen-subject.ts";
import type { State } from "./store/schema.ts";
import type { Kept } from "./store/verification-store.ts";
import type { WatchmanLists } from "./watchman-api.ts";

const STATES: Readonly<Record<State, VerificationState>> = {
  in_review: VerificationState.IN_REVIEW,
  passed: VerificationState.PASSED,
  expired: VerificationState.EXPIRED,
  cancelled: VerificationState.CANCELLED,
};
/** Marks of writing direction count for nothing; control characters and overrides of direction are in no name. */
const MARKS = /[\u200e\u200f\u061c]/g;
const FORBIDDEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** Nobody is older. */
const MAX_AGE_YEARS = 150;

/**
 * Whom watchman is asked for.
 *
 * @throws NAME_INVALID and BIRTH_DATE_INVALID.
 */
export function toSubject(party: Party | undefined, now: Date): Subject {
  const { person } = party ?? { person: { case: undefined } };
  if (person.case === "naturalPerson") {
    const { givenName, familyName, birthDate } = person.value;
    const names = [[givenName, familyName].map(requireName).join(" ")];
    return { kind: "person", names, birthDate: requireBirthDate(birthDate, now) };
  }
  if (person.case === "legalPerson") {
    const { legalName, tradeName } = person.value;
    return { kind: "organisation", names: [legalName, tradeName].filter((name) => name !== "").map(requireName) };
  }
  throw new Error("a party without a person passed validation");
}

function requireName(name: string): string {
  const plain = name.replaceAll(MARKS, "").normalize("NFC").trim();
  if (FORBIDDEN.test(name) || !/\p{L}/u.test(plain)) {
    throw kycRefused("name_invalid");
  }
  return plain;
}

function requireBirthDate(
  date: { readonly year: number; readonly month: number; readonly day: number } | undefined,
  now: Date,
): string {
  const { year, month, day } = date ?? { year: 0, month: 0, day: 0 };
  const start = new Date(0);
  start.setUTCFullYear(year, month - 1, day);
  const isDay = start.getUTCFullYear() === year && start.getUTCMonth() === month - 1 && start.getUTCDate() === day;
  if (!isDay || start > now || year < now.getUTCFullYear() - MAX_AGE_YEARS) {
    throw kycRefused("birth_date_invalid");
  }
  return start.toISOString().slice(0, "1962-11-23".length);
}

/** A verification as the contract tells it: one step, the screening. */
export function fromKept({ id, state, hits, expireTime, version }: Kept): ProviderVerification {
  const outcome = hits.length === 0 ? Step_Outcome.PASSED : Step_Outcome.NEEDS_REVIEW;
  return create(ProviderVerificationSchema, {
    reference: id,
    state: STATES[state],
    steps: [{ kind: Step_Kind.SCREENING, outcome }],
    hits: hits.map(fromHit),
    ...(expireTime === null ? {} : { expireTime: timestampFromDate(expireTime) }),
    version,
  });
}

/** A hit as the contract tells it. */
export function fromHit({
  list,
  id,
  name,
  basisPoints,
  evidence,
}: WatchmanHit): MessageInitShape<typeof ScreeningHitSchema> {
  return {
    list,
    entryId: id,
    matchedName: name,
    scoreBasisPoints: basisPoints,
    evidence: evidence.map(sentenceOf),
  };
}

function sentenceOf(evidence: HitEvidence): string {
  switch (evidence.factor) {
    case "match":
      return `watchman finds "${evidence.asked}" ${(evidence.basisPoints / 100).toFixed(1)} % like "${evidence.listed}".`;
    case "birth_date_same":
      return `The birth date is the list's: ${evidence.listed}.`;
    case "birth_date_differs":
      return `The birth date is ${evidence.asked}, on the list ${evidence.listed}.`;
  }
}

/** The lists that watchman has loaded, ordered by id; empty ones are none. */
export function fromLists({ lists, endedAt }: WatchmanLists): MessageInitShape<typeof ScreeningListSchema>[] {
  return Object.entries(lists)
    .filter(([, entryCount]) => entryCount > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, entryCount]) => ({ id, displayName: id, version: endedAt, entryCount }));
}
