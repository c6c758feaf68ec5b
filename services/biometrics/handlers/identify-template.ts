import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SearchTemplatesResponseSchema } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import {
  BiometricsService,
  type IdentifyTemplateRequest,
  type IdentifyTemplateResponse_CandidateSchema,
  IdentifyTemplateResponseSchema,
} from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import { templatesSearched } from "../events/outbox.ts";
import { templateName } from "../mapping.ts";
import { requestImage } from "../peers/request-image.ts";
import { requireValid } from "../peers/vendor-answer.ts";
import type { BiometricsDeps, BiometricsHandlers } from "../service.ts";
import { findByReference, vendorsWithTemplates } from "../store/template-store.ts";

/** Candidates per vendor where the caller names no number. */
const DEFAULT_CANDIDATES = 5;

type Candidate = MessageInitShape<typeof IdentifyTemplateResponse_CandidateSchema>;

/** Looks for a face at every vendor that holds templates: after a change of vendors that is more than one. */
export function identifyTemplate(deps: BiometricsDeps): BiometricsHandlers["identifyTemplate"] {
  const { database, outbox, now } = deps;
  return async (request, context) => {
    const call = callOf(context);
    const vendors = await database.tenant(call, vendorsWithTemplates);
    const found = await Promise.all(vendors.map((vendor) => candidatesAt(deps, call, vendor, request)));
    const candidates = found.flat();
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, BiometricsService.method.identifyTemplate, request, async () => {
        const names = candidates.map(({ template }) => template ?? "");
        await outbox.append(transaction, [templatesSearched(call.tenant, names, now())]);
        return create(IdentifyTemplateResponseSchema, { candidates });
      }),
    );
  };
}

async function candidatesAt(
  { database, vendors }: BiometricsDeps,
  call: Call,
  vendor: string,
  request: IdentifyTemplateRequest,
): Promise<Candidate[]> {
  const maxCandidates = request.maxCandidates === 0 ? DEFAULT_CANDIDATES : request.maxCandidates;
  const answer = await vendors.at(vendor, call).searchTemplates({ ...requestImage(request), maxCandidates });
  const { candidates } = requireValid(SearchTemplatesResponseSchema, answer, vendor);
  const references = candidates.map(({ template }) => template);
  const mine = await database.tenant(call, (transaction) => findByReference(transaction, vendor, references));
  // What the vendor holds but is not active here, such as one whose deletion is under way, is nobody's answer.
  return candidates.flatMap(({ template: reference, match }) => {
    const template = mine.find((one) => one.reference === reference);
    const isMatch = template !== undefined && match?.isMatch === true;
    return isMatch ? [{ template: templateName(template), subject: template.subject, match, vendor }] : [];
  });
}
