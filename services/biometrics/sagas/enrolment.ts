/** The vendor's part of an enrolment, and what is noted of it. */
import { ConnectError } from "@connectrpc/connect";
import {
  BiometricsProviderService,
  Operation_State,
  ProviderTemplateSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { FaceImage } from "#gen/malla/biometrics/v1/template_pb.js";
import { failedAttemptOf } from "#platform/mesh/vendor-mesh.ts";
import type { Call } from "#platform/rpc/call.ts";
import { type EnrolmentOutcome, enrolled, type Template } from "../domain/template.ts";
import { imageRefusalOf } from "../errors.ts";
import { templateFacts } from "../events/outbox.ts";
import { requireValid } from "../peers/vendor-answer.ts";
import type { BiometricsDeps } from "../service.ts";
import { findTemplate, updateTemplateRow } from "../store/template-store.ts";

const { method } = BiometricsProviderService;

/** How long an enrolment's own deadline is overstepped to note what became of it, in milliseconds. */
const NOTE_MS = 2_000;

/** How it went, and what else the caller is to hear. */
export interface VendorPart {
  readonly outcome: EnrolmentOutcome;
  readonly error?: ConnectError;
}

/** Asks the bound vendor to enrol. The template's id is the vendor's request_id, so that it can be asked about. */
export async function createAtVendor(
  { vendors, log }: Pick<BiometricsDeps, "vendors" | "log">,
  call: Call,
  { id, subject }: Pick<Template, "id" | "subject">,
  image: FaceImage | undefined,
): Promise<VendorPart> {
  try {
    const { vendor, response } = await vendors.begin(call, method.createTemplate, subject, {
      ...(image === undefined ? {} : { image: { content: image.content } }),
      requestId: id,
    });
    try {
      return { outcome: enrolledAt(vendor, requireValid(ProviderTemplateSchema, response, vendor)) };
    } catch (error) {
      log.error({ err: error, vendor, template: id }, "an enrolment's answer breaks the contract");
      return { outcome: { kind: "unknown", vendor } };
    }
  } catch (error) {
    const known = ConnectError.from(error);
    const attempt = failedAttemptOf(error);
    if (attempt?.outcome === "unknown") {
      log.warn({ err: error, vendor: attempt.vendor, template: id }, "a vendor did not say whether it enrolled");
      return { outcome: { kind: "unknown", vendor: attempt.vendor } };
    }
    const reason = imageRefusalOf(known);
    return reason === undefined
      ? { outcome: { kind: "rejected", reason: "request_lost" }, error: known }
      : { outcome: { kind: "rejected", reason } };
  }
}

/** Asks the vendor what became of an enrolment; undefined while it does not know yet. */
export async function lookUpEnrolment(
  { vendors }: Pick<BiometricsDeps, "vendors">,
  call: Call,
  { id, subject, vendor }: Template,
): Promise<EnrolmentOutcome | undefined> {
  const request = { requestId: id };
  // Where the process died before it noted the vendor, the binding leads to the same one by the same key.
  const asked =
    vendor === undefined
      ? await vendors.begin(call, method.lookupOperation, subject, request)
      : { vendor, response: await vendors.at(vendor, call).lookupOperation(request) };
  const { state, answer } = asked.response;
  if (state === Operation_State.DONE && answer.case === "template") {
    return enrolledAt(asked.vendor, requireValid(ProviderTemplateSchema, answer.value, asked.vendor));
  }
  return state === Operation_State.NOT_SEEN ? { kind: "rejected", reason: "request_lost" } : undefined;
}

/** Notes how it went, with its events; the first to know has the word. Answers the template as it is then. */
export async function settleEnrolment(
  { database, outbox, now, resolveAfterMs }: BiometricsDeps,
  call: Call,
  id: string,
  outcome: EnrolmentOutcome,
): Promise<Template | undefined> {
  // Also when the caller's time is over: what is known of a vendor must not be lost.
  const noting = { ...call, deadlineMs: Math.max(call.deadlineMs, now().getTime() + NOTE_MS) };
  return database.tenant(noting, async (transaction) => {
    const before = await findTemplate(transaction, id, "update");
    const after = before === undefined ? undefined : enrolled(before, outcome, now());
    if (after === undefined) {
      return before;
    }
    const resolveTime = new Date(now().getTime() + resolveAfterMs);
    await updateTemplateRow(transaction, call.tenant, after, resolveTime);
    await outbox.append(transaction, templateFacts(call.tenant, after));
    return after;
  });
}

function enrolledAt(
  vendor: string,
  { template, sealedDigest }: { readonly template: string; readonly sealedDigest: Uint8Array },
): EnrolmentOutcome {
  return { kind: "enrolled", vendor, reference: template, sealedDigest: Buffer.from(sealedDigest) };
}
