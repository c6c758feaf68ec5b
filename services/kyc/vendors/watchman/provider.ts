/** The RPCs of the vendor watchman: verifications that consist of a screening. */
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { type BeginVerificationRequest, KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { kycRefused, notOffered, withoutAnswer } from "./errors.ts";
import { fromHit, fromKept, fromLists, toSubject } from "./mapping.ts";
import { type Subject, screenByWatchman, type WatchmanHit } from "./screen-subject.ts";
import { findVerification, insertVerification, type Kept, moveVerification } from "./store/verification-store.ts";
import type { WatchmanApi } from "./watchman-api.ts";

/** What the RPCs work with. */
export interface WatchmanDeps {
  readonly database: Database;
  readonly api: WatchmanApi;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** Optional features that it offers. */
export const FEATURES: readonly string[] = ["kyc.legal_persons", "kyc.screening"];
/** Of the program that is built (program/), then of this adapter. */
const VERSION = "0.60.0-1";

type Handlers = ServiceImpl<typeof KycProviderService>;

/** Makes the provider. */
export function createWatchmanProvider({ database, api, now, newId }: WatchmanDeps): Handlers {
  const screen = async (subject: Subject, context: HandlerContext): Promise<WatchmanHit[]> => {
    try {
      return await screenByWatchman(api, subject, context.signal);
    } catch (error) {
      throw withoutAnswer(error);
    }
  };
  const { method } = KycProviderService;
  return {
    getCapabilities: () => ({ capability: "kyc", vendor: "watchman", version: VERSION, features: [...FEATURES] }),

    async beginVerification(request, context) {
      const subject = toSubject(request.party, now());
      requireOffered(request);
      const call = callOf(context);
      // watchman is asked outside of the transaction, and not at all for what was begun before.
      const before = await database.tenant(call, (transaction) =>
        findVerification(transaction, { requestId: request.requestId }, now()),
      );
      const hits = before === undefined ? await screen(subject, context) : [];
      return database.tenant(call, (transaction) =>
        idempotent(transaction, call, method.beginVerification, request, async () => {
          const kept = begun(request, hits, { tenantId: call.tenant, id: newId(), at: now() });
          await insertVerification(transaction, kept);
          return fromKept(kept);
        }),
      );
    },

    async readVerification({ by }, context) {
      const key = by.case === "requestId" ? { requestId: by.value } : { id: by.value ?? "" };
      const kept = await database.tenant(callOf(context), (transaction) => findVerification(transaction, key, now()));
      if (kept === undefined) {
        throw kycRefused("verification_not_found");
      }
      return fromKept(kept);
    },

    abandonVerification(request, context) {
      const call = callOf(context);
      return database.tenant(call, (transaction) =>
        idempotent(transaction, call, method.abandonVerification, request, async () => {
          const kept = await findVerification(transaction, { id: request.reference }, now());
          if (kept === undefined) {
            throw kycRefused("verification_not_found");
          }
          if (kept.state === "passed" || kept.state === "expired") {
            throw kycRefused("state_not_allowed", { state: kept.state.toUpperCase() });
          }
          return fromKept(kept.state === "cancelled" ? kept : await moveVerification(transaction, kept, "cancelled"));
        }),
      );
    },

    takeDocument() {
      throw notOffered("kyc.documents");
    },

    async screen({ party }, context) {
      return { hits: (await screen(toSubject(party, now()), context)).map(fromHit) };
    },

    async listLists(_request, context) {
      try {
        return { lists: fromLists(await api.lists(context.signal)) };
      } catch (error) {
        throw withoutAnswer(error);
      }
    },

    pollMonitoring() {
      throw notOffered("kyc.monitoring");
    },
  };
}

function requireOffered({ needsDocument, isMonitored }: BeginVerificationRequest): void {
  if (needsDocument) {
    throw notOffered("kyc.documents");
  }
  if (isMonitored) {
    throw notOffered("kyc.monitoring");
  }
}

function begun(
  { requestId, validDuration }: BeginVerificationRequest,
  hits: readonly WatchmanHit[],
  { tenantId, id, at }: { readonly tenantId: string; readonly id: string; readonly at: Date },
): Kept {
  const validMs = Math.max(1, Math.round(validDuration === undefined ? 0 : durationMs(validDuration)));
  const isClear = hits.length === 0;
  return {
    tenantId,
    id,
    requestId,
    state: isClear ? "passed" : "in_review",
    hits,
    expireTime: isClear ? new Date(at.getTime() + validMs) : null,
    version: 1n,
    createTime: at,
  };
}
