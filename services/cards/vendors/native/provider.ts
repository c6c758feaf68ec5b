/** The RPCs of the native card processor. */
import type { ServiceImpl } from "@connectrpc/connect";
import type { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { assignPin } from "./handlers/assign-pin.ts";
import { authorize } from "./handlers/authorize.ts";
import { checkPin } from "./handlers/check-pin.ts";
import { getCapabilities } from "./handlers/get-capabilities.ts";
import { lookupOperation } from "./handlers/lookup-operation.ts";
import { makeRevealLink } from "./handlers/make-reveal-link.ts";
import { makeToken } from "./handlers/make-token.ts";
import { moveCard } from "./handlers/move-card.ts";
import { clear, dispute, increment, refund } from "./handlers/moves.ts";
import { provideCard } from "./handlers/provide-card.ts";
import { readAuthorization } from "./handlers/read-authorization.ts";
import { readCard } from "./handlers/read-card.ts";
import { renewCard } from "./handlers/renew-card.ts";
import { reveal } from "./handlers/reveal.ts";
import { reverse } from "./handlers/reverse.ts";
import { setCardControls } from "./handlers/set-card-controls.ts";
import type { NativeDeps } from "./program.ts";

/** Types of the RPCs. */
export type NativeHandlers = ServiceImpl<typeof CardsProviderService>;

/** Makes the provider. */
export function createNativeProvider(deps: NativeDeps): NativeHandlers {
  return {
    getCapabilities: getCapabilities(),
    provideCard: provideCard(deps),
    readCard: readCard(deps),
    moveCard: moveCard(deps),
    renewCard: renewCard(deps),
    setCardControls: setCardControls(deps),
    assignPin: assignPin(deps),
    checkPin: checkPin(deps),
    makeToken: makeToken(deps),
    makeRevealLink: makeRevealLink(deps),
    reveal: reveal(deps),
    authorize: authorize(deps),
    readAuthorization: readAuthorization(deps),
    increment: increment(deps),
    reverse: reverse(deps),
    clear: clear(deps),
    refund: refund(deps),
    dispute: dispute(deps),
    lookupOperation: lookupOperation(deps),
  };
}
