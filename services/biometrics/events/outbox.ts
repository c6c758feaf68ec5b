/** The facts that biometrics tell: neither images nor scores among them. */
import {
  LivenessChallengeEndedSchema,
  LivenessChallengeStartedSchema,
  TemplateDeletedSchema,
  TemplateEnrolledSchema,
  TemplateRejectedSchema,
  TemplatesSearchedSchema,
  TemplateVerifiedSchema,
} from "#gen/malla/biometrics/v1/biometrics_events_pb.js";
import { type Fact, fact } from "#platform/outbox/append.ts";
import type { Challenge } from "../domain/challenge.ts";
import type { Template } from "../domain/template.ts";
import { challengeName, fromChallengeState, fromRejection, templateName } from "../mapping.ts";

/** What is to be told of a template that has just come into its state. */
export function templateFacts(tenant: string, template: Template): Fact[] {
  const about = { tenant, subject: templateName(template), time: template.updateTime };
  const { subject, vendor = "" } = template;
  const data = { template: templateName(template), subject };
  switch (template.state) {
    case "active":
      return [fact({ ...about, type: TemplateEnrolledSchema, data: { ...data, vendor } })];
    case "rejected":
      return [
        fact({ ...about, type: TemplateRejectedSchema, data: { ...data, reason: fromRejection(template.rejection) } }),
      ];
    case "deleted":
      return [fact({ ...about, type: TemplateDeletedSchema, data: { ...data, vendor } })];
    default:
      return [];
  }
}

/** A face was compared with a template. */
export function templateVerified(tenant: string, template: Template, isMatch: boolean, time: Date): Fact {
  const name = templateName(template);
  return fact({
    tenant,
    subject: name,
    time,
    type: TemplateVerifiedSchema,
    data: { template: name, subject: template.subject, isMatch, vendor: template.vendor ?? "" },
  });
}

/** A face was looked for. */
export function templatesSearched(tenant: string, templates: readonly string[], time: Date): Fact {
  return fact({
    tenant,
    subject: "templates",
    time,
    type: TemplatesSearchedSchema,
    data: { templates: [...templates] },
  });
}

/** Somebody was challenged. */
export function challengeStarted(tenant: string, challenge: Challenge): Fact {
  const { subject, vendor } = challenge;
  return fact({
    ...aboutChallenge(tenant, challenge),
    type: LivenessChallengeStartedSchema,
    data: { livenessChallenge: challengeName(challenge), subject, vendor },
  });
}

/** A challenge ended. */
export function challengeEnded(tenant: string, challenge: Challenge): Fact {
  const { subject, state, failure } = challenge;
  return fact({
    ...aboutChallenge(tenant, challenge),
    type: LivenessChallengeEndedSchema,
    data: { livenessChallenge: challengeName(challenge), subject, state: fromChallengeState(state), failure },
  });
}

function aboutChallenge(tenant: string, challenge: Challenge) {
  return { tenant, subject: challengeName(challenge), time: challenge.updateTime };
}
