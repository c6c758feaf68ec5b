import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { RevealLinkSchema } from "#gen/malla/cards/v1/card_pb.js";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { callOf } from "#platform/rpc/call.ts";
import { fingerprintOf } from "../engine/carry-out.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { lockRequest } from "../store/move-store.ts";
import { findLink, insertLink } from "../store/reveal-store.ts";
import { requireOpenCard } from "./require-card.ts";

/** What is kept of a link's token. */
export function hashOf(revealToken: string): Buffer {
  return createHash("sha256").update(revealToken).digest();
}

/** Makes a link. Its token follows from the request, so that it can be told again and is kept nowhere. */
export function makeRevealLink({ database, vault, now }: NativeDeps): NativeHandlers["makeRevealLink"] {
  return (request, context) => {
    const call = callOf(context);
    const { requestId, scopes, validSeconds } = request;
    const fingerprint = fingerprintOf(CardsProviderService.method.makeRevealLink, request);
    const revealToken = vault.secretOf("reveal", call.tenant, requestId);
    return database.tenant(call, async (transaction) => {
      await lockRequest(transaction, call.tenant, requestId);
      const first = await findLink(transaction, { requestId });
      if (first !== undefined) {
        if (!first.fingerprint.equals(fingerprint)) {
          throw meshError("REQUEST_ID_REUSED");
        }
        return create(RevealLinkSchema, { revealToken, expireTime: timestampFromDate(first.expireTime) });
      }
      const { id: cardId } = await requireOpenCard(transaction, request.card);
      const expireTime = new Date(now().getTime() + validSeconds * 1_000);
      const tokenHash = hashOf(revealToken);
      await insertLink(transaction, {
        tenantId: call.tenant,
        requestId,
        fingerprint,
        tokenHash,
        cardId,
        scopes: [...scopes],
        expireTime,
      });
      return create(RevealLinkSchema, { revealToken, expireTime: timestampFromDate(expireTime) });
    });
  };
}
