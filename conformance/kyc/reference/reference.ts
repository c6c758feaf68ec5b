/** A vendor of verifications in memory that keeps every clause, and can be told what to do wrong. */
import { randomUUID } from "node:crypto";
import { create, type Message, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import {
  type BeginVerificationRequest,
  BeginVerificationRequestSchema,
  type KycProviderService,
  ListListsResponseSchema,
  PollMonitoringResponseSchema,
  type ProviderVerification,
  ProviderVerificationSchema,
  ScreenResponseSchema,
  type TakeDocumentRequest,
  type TakeDocumentRequest_Header,
} from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import {
  DocumentKind,
  type Party,
  Step_Kind,
  Step_Outcome,
  VerificationState,
} from "#gen/malla/kyc/v1/verification_pb.js";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { callOf } from "#platform/rpc/call.ts";
import { FEATURES } from "../features.ts";
import { judgeZone, MAX_BYTES, MAX_PIXELS, requireImage } from "./documents.ts";
import type { Fault } from "./faults.ts";
import { hitsOf, listsOf } from "./lists.ts";
import { judgeIdentifiers, refused, requireParty } from "./party.ts";

/** How the reference is to be. */
export interface ReferenceOptions {
  /** Default: all. */
  readonly features?: readonly string[];
  /** What it does wrong; default: nothing. */
  readonly faults?: readonly Fault[];
}

interface Kept {
  verification: ProviderVerification;
  readonly party: Party;
  readonly validMs: number;
}

const NEEDED = [DocumentKind.PASSPORT];
const OPEN = new Set([VerificationState.NEEDS_DOCUMENTS, VerificationState.PROCESSING, VerificationState.IN_REVIEW]);

/** Makes the vendor. */
export function createReference({
  features = FEATURES,
  faults: given = [],
}: ReferenceOptions = {}): ServiceImpl<typeof KycProviderService> {
  const faults: ReadonlySet<Fault> = new Set(given);
  const verifications = new Map<string, Kept>();
  const requests = new Map<string, { readonly content: string; readonly key: string }>();
  const offers = (feature: string) => features.includes(feature) || faults.has("ignores_features");

  const keyOf = (context: HandlerContext, id: string) =>
    faults.has("shows_other_tenants") && !id.startsWith("request/") ? id : `${callOf(context).tenant}/${id}`;
  const needs = (feature: string) => {
    if (!offers(feature)) {
      throw meshError("FEATURE_NOT_OFFERED", { metadata: { feature } });
    }
  };
  const require = (key: string | undefined): Kept => {
    const kept = key === undefined ? undefined : verifications.get(key);
    if (kept === undefined) {
      throw refused("VERIFICATION_NOT_FOUND", "no such verification", Code.NotFound);
    }
    const { expireTime, state } = kept.verification;
    const isOver = expireTime !== undefined && timestampDate(expireTime).getTime() <= Date.now();
    if (state === VerificationState.PASSED && isOver && !faults.has("never_expires")) {
      change(kept, { state: VerificationState.EXPIRED });
    }
    return kept;
  };
  /** The key that a request led to before, of equal content; undefined where it is new. */
  const seen = (context: HandlerContext, requestId: string, content: string): string | undefined => {
    const before = requests.get(keyOf(context, `request/${requestId}`));
    if (before !== undefined && before.content !== content && !faults.has("forgets_content")) {
      throw meshError("REQUEST_ID_REUSED");
    }
    return faults.has("begins_again_on_replay") ? undefined : before?.key;
  };
  const remember = (context: HandlerContext, requestId: string, content: string, key: string) =>
    requests.set(keyOf(context, `request/${requestId}`), { content, key });

  return {
    getCapabilities: () =>
      create(CapabilitiesSchema, {
        capability: "kyc",
        vendor: "reference",
        version: "1.0.0",
        features: [...features],
        limits: { "kyc.max_document_bytes": BigInt(MAX_BYTES), "kyc.max_document_pixels": BigInt(MAX_PIXELS) },
      }),

    beginVerification(request, context) {
      const party = partyOf(request.party);
      requireParty(party, faults);
      if (party.person.case === "legalPerson") needs("kyc.legal_persons");
      if (request.needsDocument) needs("kyc.documents");
      if (request.isMonitored) needs("kyc.monitoring");
      const content = contentOf(request);
      const before = seen(context, request.requestId, content);
      if (before !== undefined) {
        return require(before).verification;
      }
      const reference = randomUUID();
      const key = keyOf(context, reference);
      const kept: Kept = { verification: begun(reference, request, party), party, validMs: validMsOf(request) };
      verifications.set(key, kept);
      remember(context, request.requestId, content, key);
      settle(kept);
      return kept.verification;
    },

    readVerification({ by }, context) {
      const key =
        by.case === "requestId"
          ? requests.get(keyOf(context, `request/${faults.has("loses_requests") ? "" : by.value}`))?.key
          : keyOf(context, by.value ?? "");
      const kept = require(key);
      if (faults.has("counts_readings")) {
        change(kept, {});
      }
      return kept.verification;
    },

    abandonVerification({ reference }, context) {
      const kept = require(keyOf(context, reference));
      if (kept.verification.state !== VerificationState.CANCELLED) {
        requireState(kept, OPEN);
        change(kept, { state: VerificationState.CANCELLED });
      }
      return kept.verification;
    },

    async takeDocument(parts, context) {
      needs("kyc.documents");
      const { header, bytes } = await received(parts, context);
      const kept = require(keyOf(context, header.reference));
      const content = `${header.document?.machineReadable ?? ""} ${bytes.toString("base64")}`;
      const before = seen(context, header.requestId, content);
      if (before !== undefined) {
        return require(before).verification;
      }
      requireState(kept, new Set([VerificationState.NEEDS_DOCUMENTS]));
      requireImage(bytes, faults);
      const step = {
        kind: Step_Kind.DOCUMENT,
        ...judgeZone(header.document?.machineReadable ?? "", kept.party, faults),
      };
      const steps = kept.verification.steps.map((one) => (one.kind === Step_Kind.DOCUMENT ? { ...one, ...step } : one));
      change(kept, { steps, neededDocuments: [] });
      settle(kept);
      remember(context, header.requestId, content, keyOf(context, header.reference));
      return kept.verification;
    },

    screen({ party: asked }) {
      needs("kyc.screening");
      const party = partyOf(asked);
      requireParty(party, faults);
      return create(ScreenResponseSchema, { hits: hitsOf(party, faults) });
    },

    listLists() {
      needs("kyc.screening");
      return create(ListListsResponseSchema, { lists: listsOf(faults) });
    },

    pollMonitoring({ cursor }) {
      needs("kyc.monitoring");
      const events = faults.has("monitors_at_random") ? [{ id: randomUUID(), reference: "r" }] : [];
      return create(PollMonitoringResponseSchema, { events, cursor: cursor === "" ? "0" : cursor });
    },
  };

  function begun(reference: string, { needsDocument }: BeginVerificationRequest, party: Party): ProviderVerification {
    // Who finds everybody does so only where it is asked to look.
    const atWork = new Set([...faults].filter((fault) => fault !== "finds_everybody"));
    const hits = offers("kyc.screening") ? hitsOf(party, atWork) : [];
    const asks = needsDocument;
    const isFlagged = hits.length > 0 && !faults.has("passes_listed_parties");
    return create(ProviderVerificationSchema, {
      reference,
      state: asks ? VerificationState.NEEDS_DOCUMENTS : VerificationState.PROCESSING,
      steps: [
        ...(offers("kyc.identifiers") ? [{ kind: Step_Kind.IDENTIFIER, ...judgeIdentifiers(party, faults) }] : []),
        ...(offers("kyc.screening")
          ? [{ kind: Step_Kind.SCREENING, outcome: isFlagged ? Step_Outcome.NEEDS_REVIEW : Step_Outcome.PASSED }]
          : []),
        ...(asks ? [{ kind: Step_Kind.DOCUMENT, outcome: Step_Outcome.WAITING }] : []),
      ],
      hits: isFlagged ? hits : [],
      neededDocuments: asks && !faults.has("names_no_kinds") ? NEEDED : [],
      version: 1n,
    });
  }

  /** Moves a verification on, where its steps say how. */
  function settle(kept: Kept): void {
    const { steps } = kept.verification;
    const has = (outcome: Step_Outcome) => steps.some((step) => step.outcome === outcome);
    const isCompany = kept.party.person.case === "legalPerson";
    const state = has(Step_Outcome.FAILED)
      ? VerificationState.FAILED
      : has(Step_Outcome.WAITING)
        ? VerificationState.NEEDS_DOCUMENTS
        : has(Step_Outcome.NEEDS_REVIEW) ||
            faults.has("passes_nobody") ||
            (isCompany && faults.has("refuses_companies"))
          ? VerificationState.IN_REVIEW
          : VerificationState.PASSED;
    if (state === kept.verification.state) {
      return;
    }
    const expireTime = timestampFromDate(new Date(Date.now() + kept.validMs));
    change(kept, { state, ...(state === VerificationState.PASSED ? { expireTime } : {}) });
  }

  function requireState(kept: Kept, states: ReadonlySet<VerificationState>): void {
    if (!states.has(kept.verification.state) && !faults.has("abandons_anything")) {
      throw refused("VERIFICATION_STATE_NOT_ALLOWED", "its state does not allow it", Code.FailedPrecondition);
    }
  }

  async function received(
    parts: AsyncIterable<TakeDocumentRequest>,
    context: HandlerContext,
  ): Promise<{ readonly header: TakeDocumentRequest_Header; readonly bytes: Buffer }> {
    let header: TakeDocumentRequest_Header | undefined;
    const chunks: Uint8Array[] = [];
    try {
      for await (const { part } of parts) {
        if (part.case === "header") {
          header = part.value;
        } else if (part.value !== undefined) {
          chunks.push(part.value);
        }
      }
    } catch (error) {
      if (faults.has("keeps_cut_uploads") && header !== undefined) {
        change(require(keyOf(context, header.reference)), { state: VerificationState.FAILED });
      }
      throw error;
    }
    if (header === undefined) {
      throw faults.has("takes_headless_uploads")
        ? refused("VERIFICATION_NOT_FOUND", "no such verification", Code.NotFound)
        : refused("UPLOAD_INVALID", "an upload begins with a header");
    }
    return { header, bytes: Buffer.concat(chunks) };
  }
}

function change(kept: Kept, to: Partial<ProviderVerification>): void {
  kept.verification = { ...kept.verification, ...to, version: kept.verification.version + 1n };
}

function partyOf(party: Party | undefined): Party {
  if (party === undefined) {
    throw new Error("a request without a party passed validation");
  }
  return party;
}

function contentOf(request: BeginVerificationRequest & Message): string {
  return Buffer.from(toBinary(BeginVerificationRequestSchema, request)).toString("base64");
}

function validMsOf({ validDuration }: BeginVerificationRequest): number {
  return Number(validDuration?.seconds ?? 0n) * 1_000 + (validDuration?.nanos ?? 0) / 1_000_000;
}
