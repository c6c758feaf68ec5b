/** The vendor's part of a deletion, and what is noted of it. */
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Erasure, ErasureSchema } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { Call } from "#platform/rpc/call.ts";
import { deleted, type HeldTemplate, type Template } from "../domain/template.ts";
import { templateFacts } from "../events/outbox.ts";
import { invalidAnswer, requireValid } from "../peers/vendor-answer.ts";
import type { BiometricsDeps } from "../service.ts";
import { findTemplate, updateTemplateRow } from "../store/template-store.ts";

/** Has the vendor erase the template, as often as it takes: the request is always the same. Notes it, with its event. */
export async function eraseAtVendor(deps: BiometricsDeps, call: Call, template: HeldTemplate): Promise<Template> {
  const { vendor, reference, eraseRequestId } = template;
  if (eraseRequestId === undefined) {
    throw new Error("a deletion without a request for the vendor");
  }
  const answer = await deps.vendors.at(vendor, call).eraseTemplate({ template: reference, requestId: eraseRequestId });
  const eraseTime = eraseTimeOf(template, answer);
  return deps.database.tenant(call, async (transaction) => {
    const before = await findTemplate(transaction, template.id, "update");
    const after = before === undefined ? undefined : deleted(before, eraseTime, deps.now());
    if (after === undefined) {
      return before ?? template;
    }
    await updateTemplateRow(transaction, call.tenant, after);
    await deps.outbox.append(transaction, templateFacts(call.tenant, after));
    return after;
  });
}

/** When the vendor erased, where its word is a receipt for just this template. @throws VENDOR_ANSWER_INVALID */
export function eraseTimeOf({ vendor, reference, sealedDigest }: HeldTemplate, answer: Erasure): Date {
  const { template, isErased, eraseTime, sealedDigest: digest } = requireValid(ErasureSchema, answer, vendor);
  if (template !== reference || !isErased || eraseTime === undefined || !sealedDigest.equals(digest)) {
    throw invalidAnswer(vendor, new Error(`${vendor} has no receipt for the template that it was asked to erase`));
  }
  return timestampDate(eraseTime);
}
