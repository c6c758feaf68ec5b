import { BiometricsService } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { deleting, isHeld, type Template, usable } from "../domain/template.ts";
import { biometricsRefused } from "../errors.ts";
import { fromDeletion, idOf } from "../mapping.ts";
import { eraseAtVendor } from "../sagas/erasure.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findTemplate, updateTemplateRow } from "../store/template-store.ts";

/** Deletes a template: from the first commit on it is not there, whether or not the vendor can be reached. */
export function deleteTemplate(deps: BiometricsDeps): BiometricsHandlers["deleteTemplate"] {
  const { database, now, newRequestId, resolveAfterMs } = deps;
  return async (request, context) => {
    const call = callOf(context);
    const id = idOf(request.name);
    await database.tenant(call, (transaction) =>
      idempotent(transaction, call, BiometricsService.method.deleteTemplate, request, async () => {
        const template = usable(await findTemplate(transaction, id, "update"));
        if (typeof template === "string") {
          throw biometricsRefused(template, { name: request.name });
        }
        const going = deleting(template, newRequestId(), now());
        await updateTemplateRow(transaction, call.tenant, going, new Date(now().getTime() + resolveAfterMs));
        return fromDeletion(going);
      }),
    );
    const going = await database.tenant(call, (transaction) => findTemplate(transaction, id));
    return fromDeletion(await erased(deps, call, going));
  };
}

/** The template after the vendor was asked; the resolver asks again where that came to nothing. */
async function erased(deps: BiometricsDeps, call: Call, template: Template | undefined): Promise<Template> {
  if (template === undefined) {
    throw new Error("a template that was to be deleted is not there");
  }
  if (template.state !== "deleting" || !isHeld(template)) {
    return template;
  }
  try {
    return await eraseAtVendor(deps, call, template);
  } catch (error) {
    deps.log.warn({ err: error, tenant: call.tenant, template: template.id }, "not erased yet; will ask again");
    return template;
  }
}
