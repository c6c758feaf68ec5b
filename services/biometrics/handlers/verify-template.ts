import { create } from "@bufbuild/protobuf";
import { BiometricsService, VerifyTemplateResponseSchema } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { MatchSchema } from "#gen/malla/biometrics/v1/template_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { usable } from "../domain/template.ts";
import { biometricsRefused } from "../errors.ts";
import { templateVerified } from "../events/outbox.ts";
import { idOf } from "../mapping.ts";
import { requestImage } from "../peers/request-image.ts";
import { requireValid } from "../peers/vendor-answer.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findTemplate } from "../store/template-store.ts";

/** Compares a face with a template, at the vendor that holds it. */
export function verifyTemplate(deps: BiometricsDeps): BiometricsHandlers["verifyTemplate"] {
  const { database, vendors, outbox, now } = deps;
  return async (request, context) => {
    const call = callOf(context);
    const id = idOf(request.name);
    const template = usable(await database.tenant(call, (transaction) => findTemplate(transaction, id)));
    if (typeof template === "string") {
      throw biometricsRefused(template, { name: request.name });
    }
    const { vendor, reference } = template;
    // Comparing changes nothing there, so a twin that asks again does no harm; what is answered is the first's.
    const answer = await vendors.at(vendor, call).matchTemplate({ template: reference, ...requestImage(request) });
    const match = requireValid(MatchSchema, answer, vendor);
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, BiometricsService.method.verifyTemplate, request, async () => {
        await outbox.append(transaction, [templateVerified(call.tenant, template, match.isMatch, now())]);
        return create(VerifyTemplateResponseSchema, { template: request.name, match, vendor });
      }),
    );
  };
}
