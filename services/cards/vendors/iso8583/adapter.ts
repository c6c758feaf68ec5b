/** The provider's contract on a card host that speaks ISO 8583. */
import { create } from "@bufbuild/protobuf";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import type { Iso8583Deps, ProviderHandlers } from "./deps.ts";
import { authorize } from "./handlers/authorize.ts";
import { moveCard, provideCard, readCard, renewCard, setCardControls } from "./handlers/cards.ts";
import { lookupOperation } from "./handlers/lookup-operation.ts";
import { clear, dispute, increment, readAuthorization, refund } from "./handlers/moves.ts";
import { assignPin, checkPin } from "./handlers/pins.ts";
import { makeRevealLink, reveal } from "./handlers/reveal.ts";
import { reverse } from "./handlers/reverse.ts";
import { makeToken } from "./handlers/tokens.ts";

/** Name in the certificate, and version. */
export const VENDOR = "iso8583";
const VERSION = "1.0.0";

/** What this vendor offers of what the contract leaves open. */
export const FEATURES = [
  "cards.single_use",
  "cards.controls",
  "cards.partial_approval",
  "cards.incremental",
  "cards.refund",
  "cards.chargeback",
  "cards.pin",
  "cards.tokenization",
  "cards.reveal",
] as const;

/** Makes the handlers. */
export function createIso8583Cards(deps: Iso8583Deps): ProviderHandlers {
  return {
    getCapabilities: () =>
      create(CapabilitiesSchema, { capability: "cards", vendor: VENDOR, version: VERSION, features: [...FEATURES] }),
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
