/** Templates and challenges of the domain to those of the contract, and words of vendors to words of the domain. */
import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ProviderChallenge } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import {
  type LivenessChallenge,
  LivenessChallenge_State,
  LivenessChallengeSchema,
} from "#gen/malla/biometrics/v1/liveness_pb.js";
import {
  type Deletion,
  DeletionSchema,
  RejectionReason,
  Template_State,
  type Template as TemplateMessage,
  TemplateSchema,
} from "#gen/malla/biometrics/v1/template_pb.js";
import { type Challenge, type ChallengeState, stateAt, type Verdict } from "./domain/challenge.ts";
import type { Rejection, Template, TemplateState } from "./domain/template.ts";

const TEMPLATE_STATES: Readonly<Record<TemplateState, Template_State>> = {
  pending: Template_State.PENDING,
  active: Template_State.ACTIVE,
  rejected: Template_State.REJECTED,
  unknown: Template_State.UNKNOWN,
  deleting: Template_State.DELETING,
  deleted: Template_State.DELETED,
};

const REJECTIONS: Readonly<Record<Rejection, RejectionReason>> = {
  no_face: RejectionReason.NO_FACE,
  several_faces: RejectionReason.SEVERAL_FACES,
  image_invalid: RejectionReason.IMAGE_INVALID,
  image_too_large: RejectionReason.IMAGE_TOO_LARGE,
  poor_quality: RejectionReason.POOR_QUALITY,
  request_lost: RejectionReason.REQUEST_LOST,
};

const CHALLENGE_STATES: Readonly<Record<ChallengeState, LivenessChallenge_State>> = {
  open: LivenessChallenge_State.OPEN,
  passed: LivenessChallenge_State.PASSED,
  failed: LivenessChallenge_State.FAILED,
  expired: LivenessChallenge_State.EXPIRED,
  unknown: LivenessChallenge_State.UNKNOWN,
};

/** What a vendor may say that a challenge's state is. */
const VERDICTS = new Map<LivenessChallenge_State, Verdict["state"]>([
  [LivenessChallenge_State.OPEN, "open"],
  [LivenessChallenge_State.PASSED, "passed"],
  [LivenessChallenge_State.FAILED, "failed"],
  [LivenessChallenge_State.EXPIRED, "expired"],
]);

/** Id of "templates/{template}" or "livenessChallenges/{liveness_challenge}". */
export function idOf(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** Resource name of a template. */
export function templateName({ id }: Pick<Template, "id">): string {
  return `templates/${id}`;
}

/** Resource name of a challenge. */
export function challengeName({ id }: Pick<Challenge, "id">): string {
  return `livenessChallenges/${id}`;
}

/** The number of a reason in the contract. */
export function fromRejection(reason: Rejection | undefined): RejectionReason {
  return reason === undefined ? RejectionReason.UNSPECIFIED : REJECTIONS[reason];
}

/** A template as callers see it. */
export function fromTemplate(template: Template): TemplateMessage {
  return create(TemplateSchema, {
    name: templateName(template),
    subject: template.subject,
    state: TEMPLATE_STATES[template.state],
    vendor: template.vendor ?? "",
    sealedDigest: template.sealedDigest ?? new Uint8Array(),
    rejectionReason: fromRejection(template.rejection),
    createTime: timestampFromDate(template.createTime),
    updateTime: timestampFromDate(template.updateTime),
  });
}

/** A deletion as callers see it. */
export function fromDeletion(template: Template): Deletion {
  const { state, eraseTime, sealedDigest } = template;
  return create(DeletionSchema, {
    template: templateName(template),
    state: TEMPLATE_STATES[state],
    vendor: template.vendor ?? "",
    ...(eraseTime === undefined
      ? {}
      : { eraseTime: timestampFromDate(eraseTime), sealedDigest: sealedDigest ?? new Uint8Array() }),
  });
}

/** The number of a state in the contract. */
export function fromChallengeState(state: ChallengeState): LivenessChallenge_State {
  return CHALLENGE_STATES[state];
}

/** A challenge as callers see it at a time. */
export function fromChallenge(challenge: Challenge, at: Date): LivenessChallenge {
  return create(LivenessChallengeSchema, {
    name: challengeName(challenge),
    subject: challenge.subject,
    state: fromChallengeState(stateAt(challenge, at)),
    actions: [...challenge.actions],
    nonce: challenge.nonce,
    expireTime: timestampFromDate(challenge.expireTime),
    failure: challenge.failure,
    vendor: challenge.vendor,
    createTime: timestampFromDate(challenge.createTime),
    updateTime: timestampFromDate(challenge.updateTime),
  });
}

/** A vendor's verdict. The answer was checked against the contract. */
export function toVerdict({ state, failure }: ProviderChallenge): Verdict {
  const known = VERDICTS.get(state);
  if (known === undefined) {
    throw new Error("a challenge in a state that the contract rules out passed validation");
  }
  return { state: known, failure };
}

/** A new challenge of a vendor's. */
export function toChallenge(
  { challenge, actions, nonce, expireTime }: ProviderChallenge,
  {
    id,
    subject,
    vendor,
    at,
  }: { readonly id: string; readonly subject: string; readonly vendor: string; readonly at: Date },
): Challenge {
  if (expireTime === undefined) {
    throw new Error("a challenge without an end passed validation");
  }
  return {
    id,
    subject,
    state: "open",
    actions,
    nonce,
    expireTime: timestampDate(expireTime),
    failure: 0,
    vendor,
    reference: challenge,
    createTime: at,
    updateTime: at,
  };
}
