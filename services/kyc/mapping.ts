/** Verifications as they are kept to the contract's, and the vendor's words to ours. */
import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ProviderVerification } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import {
  type ScreeningHit,
  ScreeningHitSchema,
  type Step,
  Step_Outcome,
  Step_Reason,
  StepSchema,
  type Verification as VerificationMessage,
  VerificationSchema,
  VerificationState,
} from "#gen/malla/kyc/v1/verification_pb.js";
import type { State } from "./domain/decide.ts";
import type { Verification } from "./store/verification-store.ts";

const STATES = {
  pending: VerificationState.PENDING,
  needs_documents: VerificationState.NEEDS_DOCUMENTS,
  processing: VerificationState.PROCESSING,
  in_review: VerificationState.IN_REVIEW,
  passed: VerificationState.PASSED,
  failed: VerificationState.FAILED,
  expired: VerificationState.EXPIRED,
  cancelled: VerificationState.CANCELLED,
  unknown: VerificationState.UNKNOWN,
} as const satisfies Record<State, VerificationState>;

/** Id of "verifications/{verification}". */
export function idOf(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** Name of a verification. */
export function nameOf({ id }: Pick<Verification, "id">): string {
  return `verifications/${id}`;
}

/** The number of a state in the contract. */
export function fromState(state: State): VerificationState {
  return STATES[state];
}

/** Our word for a vendor's state; undefined for one that a vendor may not say. */
export function toState(state: VerificationState): State | undefined {
  const own = (Object.keys(STATES) as State[]).find((key) => STATES[key] === state);
  return own === "pending" || own === "unknown" ? undefined : own;
}

/** What a vendor said of a verification, as it is kept. */
export function toSaid(said: ProviderVerification) {
  return {
    reference: said.reference,
    version: said.version,
    steps: said.steps.map((step) => toJson(StepSchema, step)),
    hits: toHits(said.hits),
    neededDocuments: said.neededDocuments,
    expireTime: said.expireTime === undefined ? null : timestampDate(said.expireTime),
  };
}

/** Hits as they are kept. */
export function toHits(hits: readonly ScreeningHit[]): JsonValue[] {
  return hits.map((hit) => toJson(ScreeningHitSchema, hit));
}

/** The steps after a person decided: what was to be looked at has been. */
export function decidedSteps(steps: readonly JsonValue[], isAccepted: boolean): JsonValue[] {
  return steps.map(fromStep).map((step) => {
    const decided = isAccepted
      ? { outcome: Step_Outcome.PASSED }
      : { outcome: Step_Outcome.FAILED, reason: Step_Reason.LISTED };
    return toJson(StepSchema, step.outcome === Step_Outcome.NEEDS_REVIEW ? { ...step, ...decided } : step);
  });
}

function fromStep(step: JsonValue): Step {
  return fromJson(StepSchema, step, { ignoreUnknownFields: true });
}

/** A verification as callers see it. */
export function fromVerification(verification: Verification): VerificationMessage {
  const { expireTime, isAccepted, decideTime } = verification;
  return create(VerificationSchema, {
    name: nameOf(verification),
    state: STATES[verification.state],
    vendor: verification.vendor ?? "",
    customer: verification.customer,
    steps: verification.steps.map(fromStep),
    hits: verification.hits.map((hit) => fromJson(ScreeningHitSchema, hit, { ignoreUnknownFields: true })),
    neededDocuments: [...verification.neededDocuments],
    isMonitored: verification.isMonitored,
    createTime: timestampFromDate(verification.createTime),
    updateTime: timestampFromDate(verification.updateTime),
    ...(expireTime === null ? {} : { expireTime: timestampFromDate(expireTime) }),
    ...(isAccepted === null || decideTime === null
      ? {}
      : {
          decision: {
            isAccepted,
            principal: verification.decidedBy ?? "",
            reason: verification.decisionReason ?? "",
            decideTime: timestampFromDate(decideTime),
          },
        }),
  });
}
