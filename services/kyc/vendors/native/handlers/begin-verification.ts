import { durationMs } from "@bufbuild/protobuf/wkt";
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { callOf } from "#platform/rpc/call.ts";
import { decide } from "../domain/decide.ts";
import { judgeIdentifiers } from "../domain/identifiers.ts";
import type { Party } from "../domain/party.ts";
import { PASSED, type Step } from "../domain/step.ts";
import { fromKept, toParty } from "../mapping.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import type { Hit } from "../screening/hit.ts";
import { insertVerification, type Kept } from "../store/verification-store.ts";

/** Begins a verification: all but the document is looked at at once. */
export function beginVerification({ database, lists, now, newId }: NativeDeps): NativeHandlers["beginVerification"] {
  return async (request, context) => {
    const call = callOf(context);
    const at = now();
    const party = toParty(request.party, at);
    const validMs = Math.max(
      1,
      Math.round(request.validDuration === undefined ? 0 : durationMs(request.validDuration)),
    );
    return database.tenant(call, (transaction) =>
      idempotent(transaction, call, KycProviderService.method.beginVerification, request, async () => {
        const { version: listsVersion, screen } = lists.current();
        const hits = screen(party);
        const steps = stepsOf(party, hits, request.needsDocument);
        const state = decide(steps);
        const kept: Kept = {
          tenantId: call.tenant,
          id: newId(),
          requestId: request.requestId,
          party,
          state,
          steps,
          hits: hits ?? [],
          isMonitored: request.isMonitored,
          validMs,
          expireTime: state === "passed" ? new Date(at.getTime() + validMs) : null,
          listsVersion,
          documentDigest: null,
          version: 1n,
          createTime: at,
        };
        await insertVerification(transaction, kept);
        return fromKept(kept);
      }),
    );
  };
}

/** A party whose name no list can be asked for is left to a person, as one with hits. */
function stepsOf(party: Party, hits: readonly Hit[] | undefined, needsDocument: boolean): Step[] {
  const isClear = hits !== undefined && hits.length === 0;
  return [
    ...(party.identifiers.length === 0 ? [] : [{ kind: "identifier" as const, ...judgeIdentifiers(party) }]),
    ...(needsDocument ? [{ kind: "document" as const, outcome: "waiting" as const }] : []),
    { kind: "screening", ...(isClear ? PASSED : { outcome: "needs_review" as const }) },
  ];
}
