import { BiometricsService } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import type { FaceImage, Template as TemplateMessage } from "#gen/malla/biometrics/v1/template_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { pendingTemplate, type Template } from "../domain/template.ts";
import { biometricsRefused } from "../errors.ts";
import { fromTemplate, idOf } from "../mapping.ts";
import { createAtVendor, settleEnrolment } from "../sagas/enrolment.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findTemplate, insertTemplate } from "../store/template-store.ts";

/**
 * Enrols a face in three steps, so that no transaction waits for a vendor: the template is noted, the vendor is asked, its
 * answer is noted. What is lost between them is found by the resolver. Sent again, it answers what has become of the first.
 */
export function enrollTemplate(deps: BiometricsDeps): BiometricsHandlers["enrollTemplate"] {
  const { database, now, newId, resolveAfterMs } = deps;
  return async (request, context) => {
    const call = callOf(context);
    let isNew = false;
    const begun = await database.tenant(call, (transaction) => {
      isNew = false;
      return idempotent(transaction, call, BiometricsService.method.enrollTemplate, request, async () => {
        isNew = true;
        const template = pendingTemplate(newId(), request.subject, now());
        // Nobody but the resolver ends it once the call has no time left.
        await insertTemplate(transaction, call.tenant, template, new Date(call.deadlineMs + resolveAfterMs));
        return fromTemplate(template);
      });
    });
    const id = idOf(begun.name);
    if (!isNew) {
      const before = await database.tenant(call, (transaction) => findTemplate(transaction, id));
      if (before?.state === "pending") {
        throw meshError("REQUEST_IN_PROGRESS");
      }
      return answerOf(before);
    }
    return answerOf(await enrolAtVendor(deps, call, id, request.subject, request.image));
  };
}

async function enrolAtVendor(
  deps: BiometricsDeps,
  call: Call,
  id: string,
  subject: string,
  image: FaceImage | undefined,
): Promise<Template | undefined> {
  const { outcome, error } = await createAtVendor(deps, call, { id, subject }, image);
  const settled = await settleEnrolment(deps, call, id, outcome);
  // A refusal that is no word on the image, such as that nobody is bound, is for the caller to hear.
  if (error !== undefined) {
    throw error;
  }
  return settled;
}

/** The template, or why it was rejected. */
function answerOf(template: Template | undefined): TemplateMessage {
  if (template === undefined) {
    throw new Error("a template that was noted is not there");
  }
  const { rejection } = template;
  if (rejection === "request_lost") {
    throw meshError("DEPENDENCY_UNAVAILABLE", {
      message: "the vendor never had the image; send it again with another request_id",
    });
  }
  if (rejection !== undefined) {
    throw biometricsRefused(rejection);
  }
  return fromTemplate(template);
}
