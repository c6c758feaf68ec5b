/** Templates: drawn, compared, looked through, erased. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  BiometricsProviderService,
  ErasureSchema,
  ProviderTemplateSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { MatchSchema } from "#gen/malla/biometrics/v1/template_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import type { FaceDeps, FaceHandlers } from "./deps.ts";
import { refused } from "./errors.ts";
import { requireFace } from "./one-face.ts";
import type { Scale } from "./scale.ts";
import { digestOf } from "./seal.ts";
import {
  eraseTemplateRow,
  findTemplate,
  insertTemplate,
  listTemplates,
  type StoredTemplate,
} from "./store/template-store.ts";

/** Most templates that one search compares: unsealing and comparing so many takes some 100 ms. */
export const MAX_GALLERY = 2_000;

const { method } = BiometricsProviderService;

/** Draws the features from a face, seals and stores them. */
export function createTemplate(deps: FaceDeps): FaceHandlers["createTemplate"] {
  return (request, context) => {
    const call = callOf(context);
    return deps.underWay.during(call.tenant, request.requestId, async () => {
      const { descriptor } = await requireFace(lookOf(deps), request.image, call.signal);
      return deps.database.tenant(call, (transaction) =>
        idempotent(transaction, call, method.createTemplate, request, async () => {
          const id = deps.newId();
          const sealed = deps.sealer.seal(call.tenant, id, descriptor);
          const stored = { id, sealed, sealedDigest: digestOf(sealed), createTime: deps.now(), eraseTime: undefined };
          await insertTemplate(transaction, call.tenant, stored);
          return create(ProviderTemplateSchema, {
            template: id,
            sealedDigest: stored.sealedDigest,
            createTime: timestampFromDate(stored.createTime),
          });
        }),
      );
    });
  };
}

/** Compares a face with one template. */
export function matchTemplate(deps: FaceDeps): FaceHandlers["matchTemplate"] {
  return async (request, context) => {
    const call = callOf(context);
    const stored = await deps.database.tenant(call, (transaction) => findTemplate(transaction, request.template));
    if (stored?.sealed === undefined) {
      throw refused("template_not_found");
    }
    const { descriptor } = await requireFace(lookOf(deps), request.image, call.signal);
    // Read again: it may have been erased while the engine was looking.
    const now = await deps.database.tenant(call, (transaction) => findTemplate(transaction, request.template));
    if (now?.sealed === undefined) {
      throw refused("template_not_found");
    }
    const { scale } = deps.vendor;
    return matchOf(scale, scale.score(descriptor, deps.sealer.unseal(call.tenant, now.id, now.sealed)));
  };
}

/** Compares a face with all templates of the tenant. */
export function searchTemplates(deps: FaceDeps): FaceHandlers["searchTemplates"] {
  return async (request, context) => {
    const call = callOf(context);
    const { scale } = deps.vendor;
    const { descriptor } = await requireFace(lookOf(deps), request.image, call.signal);
    const gallery = await deps.database.tenant(call, (transaction) => listTemplates(transaction, MAX_GALLERY));
    const candidates = gallery
      .flatMap(({ id, sealed }) =>
        sealed === undefined
          ? []
          : [{ template: id, score: scale.score(descriptor, deps.sealer.unseal(call.tenant, id, sealed)) }],
      )
      .filter(({ score }) => score >= scale.thresholdBasisPoints)
      .sort((one, other) => other.score - one.score)
      .slice(0, request.maxCandidates);
    return { candidates: candidates.map(({ template, score }) => ({ template, match: matchOf(scale, score) })) };
  };
}

/** Erases a template for good; again it answers the erasure that there was. */
export function eraseTemplate(deps: FaceDeps): FaceHandlers["eraseTemplate"] {
  return (request, context) => {
    const call = callOf(context);
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, method.eraseTemplate, request, async () => {
        const stored = await findTemplate(transaction, request.template, true);
        if (stored === undefined) {
          throw refused("template_not_found");
        }
        const eraseTime = stored.eraseTime ?? deps.now();
        if (stored.eraseTime === undefined) {
          await eraseTemplateRow(transaction, stored.id, eraseTime);
        }
        return create(ErasureSchema, erasureOf({ ...stored, eraseTime }));
      }),
    );
  };
}

/** Says whether a template is erased, as the store has it. */
export function readErasure(deps: FaceDeps): FaceHandlers["readErasure"] {
  return async (request, context) => {
    const stored = await deps.database.tenant(callOf(context), (transaction) =>
      findTemplate(transaction, request.template),
    );
    if (stored === undefined) {
      throw refused("template_not_found");
    }
    return erasureOf(stored);
  };
}

function erasureOf({ id, eraseTime, sealedDigest }: StoredTemplate): MessageInitShape<typeof ErasureSchema> {
  const isErased = eraseTime !== undefined;
  return { template: id, isErased, sealedDigest, ...(isErased ? { eraseTime: timestampFromDate(eraseTime) } : {}) };
}

function matchOf(
  { thresholdBasisPoints, falseAcceptOneIn }: Scale,
  score: number,
): MessageInitShape<typeof MatchSchema> {
  return {
    isMatch: score >= thresholdBasisPoints,
    scoreBasisPoints: score,
    thresholdBasisPoints,
    falseAcceptOneIn,
  };
}

function lookOf({ looker, vendor }: FaceDeps) {
  return { looker, minFacePixels: vendor.scale.minFacePixels };
}
