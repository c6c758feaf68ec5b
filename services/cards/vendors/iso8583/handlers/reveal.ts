/** Reveal links: the number comes from the vault, the security code from the host, which alone keeps it. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { RevealedCardSchema, RevealLinkSchema, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import { MakeRevealLinkRequestSchema } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { type Call, callOf, remainingMs } from "#platform/rpc/call.ts";
import { type Iso8583Deps, once, type ProviderHandlers } from "../deps.ts";
import { cardsRefused } from "../errors.ts";
import { CARD_FILE, FILE_UPDATES, packCardFile } from "../link/card-file.ts";
import { toProviderCard } from "../mapping.ts";
import { readPrivateData } from "../records/card.ts";
import { findUsableCard, panOf } from "../store/card-store.ts";
import { insertRevealLink, useRevealLink } from "../store/token-store.ts";

/** Makes a link that shows a card's data once. Its token is made from the key, so that nothing here can give it away. */
export function makeRevealLink(deps: Iso8583Deps): ProviderHandlers["makeRevealLink"] {
  return async (request, context) => {
    const call = callOf(context);
    const { card: cardId, scopes, validSeconds, requestId } = request;
    const token = deps.vault.derive(`${call.tenant}/reveal/${requestId.toLowerCase()}`).toString("base64url");
    const exchange = await once(deps, call, "make_reveal_link", MakeRevealLinkRequestSchema, request, async (tx) => {
      await findUsableCard(tx, call.tenant, cardId);
      const expireTime = new Date(deps.clock().getTime() + validSeconds * 1_000);
      await insertRevealLink(tx, { tenantId: call.tenant, token, cardId, scopes, expireTime });
      const link = create(RevealLinkSchema, { expireTime: timestampFromDate(expireTime) });
      return { kind: "local", response: toBinary(RevealLinkSchema, link) };
    });
    if (exchange.response === null) {
      throw cardsRefused("OUTCOME_UNKNOWN");
    }
    return { ...fromBinary(RevealLinkSchema, exchange.response), revealToken: token };
  };
}

/** Shows what a link shows, and ends it. */
export function reveal(deps: Iso8583Deps): ProviderHandlers["reveal"] {
  return async ({ revealToken }, context) => {
    const call = callOf(context);
    const { scopes, card, pan } = await deps.database.tenant(call, async (transaction) => {
      const link = await useRevealLink(transaction, call.tenant, revealToken, deps.clock());
      if (link === undefined) {
        throw cardsRefused("REVEAL_LINK_NOT_FOUND");
      }
      const facts = await findUsableCard(transaction, call.tenant, link.cardId);
      return {
        scopes: link.scopes,
        card: toProviderCard(link.cardId, facts),
        pan: await panOf(transaction, deps.vault, call.tenant, link.cardId),
      };
    });
    return create(RevealedCardSchema, {
      number: scopes.includes(RevealScope.NUMBER) ? pan : "",
      securityCode: scopes.includes(RevealScope.SECURITY_CODE) ? await securityCodeOf(deps, call, pan) : "",
      expiryYear: card.expiryYear,
      expiryMonth: card.expiryMonth,
    });
  };
}

/** Asks the host. Nothing comes of asking, so nothing is noted; a link whose answer was lost is spent all the same. */
async function securityCodeOf(
  { link, numbers, answerTimeoutMs }: Iso8583Deps,
  call: Call,
  pan: string,
): Promise<string> {
  const { stan, rrn, transmitted } = await numbers.next();
  const asked = { 91: FILE_UPDATES.inquire, 101: CARD_FILE, ...packCardFile({ SC: "1" }) };
  const message = { mti: "0302", fields: { 2: pan, 7: transmitted, 11: stan, 37: rrn, ...asked } };
  const { fields } = await link
    .request(message, Math.min(answerTimeoutMs, remainingMs(call)))
    .catch((error: unknown) => {
      throw meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
    });
  const code = readPrivateData(fields[120])["CV"];
  if (fields[39] !== "00" || code === undefined || !/^[0-9]{3}$/.test(code)) {
    throw meshError("VENDOR_ANSWER_INVALID");
  }
  return code;
}
