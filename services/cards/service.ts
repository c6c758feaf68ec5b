/** What the cards service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { CardsService } from "#gen/malla/cards/v1/cards_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { VendorMesh } from "#platform/mesh/vendor-mesh.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { settings } from "./config.ts";
import { activateCard } from "./handlers/activate-card.ts";
import { authorizeTransaction } from "./handlers/authorize-transaction.ts";
import { clearTransaction } from "./handlers/clear-transaction.ts";
import { closeCard } from "./handlers/close-card.ts";
import { createRevealLink } from "./handlers/create-reveal-link.ts";
import { freezeCard } from "./handlers/freeze-card.ts";
import { getAuthorization } from "./handlers/get-authorization.ts";
import { getCard } from "./handlers/get-card.ts";
import { incrementAuthorization } from "./handlers/increment-authorization.ts";
import { issueCard } from "./handlers/issue-card.ts";
import { listAuthorizations } from "./handlers/list-authorizations.ts";
import { listCards } from "./handlers/list-cards.ts";
import { openChargeback } from "./handlers/open-chargeback.ts";
import { refundTransaction } from "./handlers/refund-transaction.ts";
import { replaceCard } from "./handlers/replace-card.ts";
import { resolveAuthorization } from "./handlers/resolve-authorization.ts";
import { resolveChargeback } from "./handlers/resolve-chargeback.ts";
import { revealCard } from "./handlers/reveal-card.ts";
import { reverseAuthorization } from "./handlers/reverse-authorization.ts";
import { setPin } from "./handlers/set-pin.ts";
import { tokenizeCard } from "./handlers/tokenize-card.ts";
import { unfreezeCard } from "./handlers/unfreeze-card.ts";
import { updateCardControls } from "./handlers/update-card-controls.ts";
import { verifyPin } from "./handlers/verify-pin.ts";
import { startResolver } from "./sagas/resolver.ts";

/** What handlers work with. */
export interface CardsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly vendors: VendorMesh<typeof CardsProviderService>;
  readonly log: Logger;
  /** Longest wait for a vendor's answer. */
  readonly vendorTimeoutMs: number;
  /** Time that a caller has to ask about what is unknown. */
  readonly resolveAfterMs: number;
  /** The time now. */
  readonly now: () => Date;
  /** A new id, later ones greater. */
  readonly newId: () => string;
}

/** Types of the RPCs. */
export type CardsHandlers = ServiceImpl<typeof CardsService>;

/** Makes the service. */
export function createCardsService(deps: CardsDeps): CardsHandlers {
  return {
    issueCard: issueCard(deps),
    getCard: getCard(deps),
    listCards: listCards(deps),
    activateCard: activateCard(deps),
    freezeCard: freezeCard(deps),
    unfreezeCard: unfreezeCard(deps),
    replaceCard: replaceCard(deps),
    closeCard: closeCard(deps),
    updateCardControls: updateCardControls(deps),
    setPin: setPin(deps),
    verifyPin: verifyPin(deps),
    tokenizeCard: tokenizeCard(deps),
    createRevealLink: createRevealLink(deps),
    revealCard: revealCard(deps),
    authorizeTransaction: authorizeTransaction(deps),
    getAuthorization: getAuthorization(deps),
    listAuthorizations: listAuthorizations(deps),
    incrementAuthorization: incrementAuthorization(deps),
    reverseAuthorization: reverseAuthorization(deps),
    clearTransaction: clearTransaction(deps),
    refundTransaction: refundTransaction(deps),
    openChargeback: openChargeback(deps),
    resolveChargeback: resolveChargeback(deps),
    resolveAuthorization: resolveAuthorization(deps),
  };
}

/** The service as a program. */
export const cardsProgram: ServiceProgram<typeof settings> = {
  name: "cards",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox, log, openVendors }, given) {
    const deps: CardsDeps = {
      database,
      outbox,
      vendors: openVendors(CardsProviderService),
      log,
      vendorTimeoutMs: given.MALLA_CARDS_VENDOR_TIMEOUT_MS,
      resolveAfterMs: given.MALLA_CARDS_RESOLVE_AFTER_MS,
      now: () => new Date(),
      newId: uuidv7,
    };
    const resolver = startResolver(deps);
    return { services: [served(CardsService, createCardsService(deps))], close: () => resolver.stop() };
  },
};
