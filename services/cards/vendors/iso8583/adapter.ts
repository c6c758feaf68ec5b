/** The provider's contract on a card host that speaks ISO 8583. */
import { create } from "@bufbuild/protobuf";
import { CapabilitiesSchema } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { meshError } from "#platform/errors/mesh-errors.ts";
import type { Iso8583Deps, ProviderHandlers } from "./deps.ts";
import { authorize } from "./handlers/authorize.ts";
import { moveCard, provideCard, readCard, renewCard, setCardControls } from "./handlers/cards.ts";
import { lookupOperation } from "./handlers/lookup-operation.ts";
import { clear, dispute, increment, readAuthorization, refund } from "./handlers/moves.ts";
import { reverse } from "./handlers/reverse.ts";

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
] as const;

/** Makes the handlers. */
export function createIso8583Cards(deps: Iso8583Deps): ProviderHandlers {
  const notOffered = () => Promise.reject(meshError("FEATURE_NOT_OFFERED"));
  return {
    getCapabilities: () =>
      create(CapabilitiesSchema, { capability: "cards", vendor: VENDOR, version: VERSION, features: [...FEATURES] }),
    provideCard: provideCard(deps),
    readCard: readCard(deps),
    moveCard: moveCard(deps),
    renewCard: renewCard(deps),
    setCardControls: setCardControls(deps),
    assignPin: notOffered,
    checkPin: notOffered,
    makeToken: notOffered,
    makeRevealLink: notOffered,
    reveal: notOffered,
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
