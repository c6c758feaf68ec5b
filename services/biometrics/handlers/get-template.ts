import { callOf } from "#platform/rpc/call.ts";
import { biometricsRefused } from "../errors.ts";
import { fromTemplate, idOf } from "../mapping.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findTemplate } from "../store/template-store.ts";

/** Reads a template's state; one that is deleted, or is about to be, is not there. */
export function getTemplate({ database }: BiometricsDeps): BiometricsHandlers["getTemplate"] {
  return async ({ name }, context) => {
    const template = await database.tenant(callOf(context), (transaction) => findTemplate(transaction, idOf(name)));
    if (template === undefined || template.state === "deleting" || template.state === "deleted") {
      throw biometricsRefused("template_not_found", { name });
    }
    return fromTemplate(template);
  };
}
