/** The facts that kyc tells: no personal data among them. */
import {
  PartyListedSchema,
  VerificationExpiredSchema,
  VerificationFailedSchema,
  VerificationPassedSchema,
  VerificationStartedSchema,
  VerificationStateChangedSchema,
} from "#gen/malla/kyc/v1/kyc_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { State } from "../domain/decide.ts";
import { fromState, nameOf } from "../mapping.ts";
import type { Verification } from "../store/verification-store.ts";

/** What happened on the way from where a verification was to where it is. */
export function verificationFacts(tenant: string, before: State, way: readonly State[], after: Verification): Fact[] {
  const about = aboutOf(tenant, after);
  const shared = { verification: about.subject, customer: after.customer };
  const ended = { ...shared, isDecidedByPerson: after.isAccepted !== null };
  const moved = way.map((to, index) => {
    switch (to) {
      case "passed":
        return fact({ ...about, type: VerificationPassedSchema, data: ended });
      case "failed":
        return fact({ ...about, type: VerificationFailedSchema, data: ended });
      case "expired":
        return fact({ ...about, type: VerificationExpiredSchema, data: shared });
      default: {
        const from = fromState(way[index - 1] ?? before);
        const data = { verification: about.subject, from, to: fromState(to) };
        return fact({ ...about, type: VerificationStateChangedSchema, data });
      }
    }
  });
  return before === "pending" && way.length > 0
    ? [fact({ ...about, type: VerificationStartedSchema, data: shared }), ...moved]
    : moved;
}

/** A party that had passed is on a list now. */
export function partyListed(tenant: string, verification: Verification): Fact {
  const about = aboutOf(tenant, verification);
  const data = {
    verification: about.subject,
    customer: verification.customer,
    hitCount: verification.hits.length,
  };
  return fact({ ...about, type: PartyListedSchema, data });
}

function aboutOf(tenant: string, verification: Verification) {
  return { tenant, subject: nameOf(verification), time: verification.updateTime };
}
