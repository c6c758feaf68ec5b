import { callOf } from "#platform/rpc/call.ts";
import { isHeld } from "../domain/template.ts";
import { biometricsRefused } from "../errors.ts";
import { fromDeletion, idOf } from "../mapping.ts";
import { eraseTimeOf } from "../sagas/erasure.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findTemplate } from "../store/template-store.ts";

/** Asks the vendor anew whether a deleted template is gone, and holds its word against what was enrolled. */
export function proveDeletion({ database, vendors }: BiometricsDeps): BiometricsHandlers["proveDeletion"] {
  return async ({ name }, context) => {
    const call = callOf(context);
    const template = await database.tenant(call, (transaction) => findTemplate(transaction, idOf(name)));
    if (template === undefined) {
      throw biometricsRefused("template_not_found", { name });
    }
    if (template.state === "deleting") {
      return fromDeletion(template);
    }
    if (template.state !== "deleted" || !isHeld(template)) {
      throw biometricsRefused("template_not_deleted", { name });
    }
    const { vendor, reference } = template;
    const eraseTime = eraseTimeOf(template, await vendors.at(vendor, call).readErasure({ template: reference }));
    return fromDeletion({ ...template, eraseTime });
  };
}
