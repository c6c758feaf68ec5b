import { create } from "@bufbuild/protobuf";
import { RevealedCardSchema, RevealScope } from "#gen/malla/cards/v1/card_pb.js";
import { callOf } from "#platform/rpc/call.ts";
import { cardsRefused } from "../errors.ts";
import type { NativeDeps } from "../program.ts";
import type { NativeHandlers } from "../provider.ts";
import { useLink } from "../store/reveal-store.ts";
import { contextOf } from "./issue.ts";
import { hashOf } from "./make-reveal-link.ts";
import { requireCard } from "./require-card.ts";

/** Shows what a link shows. It is used up even if the answer is lost on its way. */
export function reveal({ database, vault, now }: NativeDeps): NativeHandlers["reveal"] {
  return (request, context) => {
    const call = callOf(context);
    return database.tenant(call, async (transaction) => {
      const link = await useLink(transaction, hashOf(request.revealToken), now());
      if (link === undefined) {
        throw cardsRefused("reveal_link_not_found");
      }
      const card = await requireCard(transaction, link.cardId);
      const { expiryYear, expiryMonth } = card;
      const number = vault.numberOf(card.numberSealed, contextOf(call.tenant, card.id));
      const shows = (scope: RevealScope) => link.scopes.includes(scope);
      return create(RevealedCardSchema, {
        number: shows(RevealScope.NUMBER) ? number : "",
        securityCode: shows(RevealScope.SECURITY_CODE)
          ? vault.securityCodeOf(number, `${expiryYear}-${expiryMonth}`)
          : "",
        expiryYear,
        expiryMonth,
      });
    });
  };
}
