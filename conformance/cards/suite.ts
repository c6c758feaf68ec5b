/** The clauses of malla.cards.v1.CardsProviderService. */
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import type { Suite } from "../kit/suite.ts";
import { authorizations } from "./authorizations.ts";
import { type CardsBench, openBench } from "./bench.ts";
import { cards } from "./cards.ts";
import { clearings } from "./clearings.ts";
import { everyCall } from "./every-call.ts";
import { FEATURES } from "./features.ts";
import { secrets } from "./secrets.ts";

/** Puts a card processor through its contract. Run clauses one after the other: they watch the funds of one account. */
export const cardsSuite: Suite<typeof CardsProviderService, CardsBench> = {
  capability: "cards",
  service: CardsProviderService,
  features: FEATURES,
  parameters: [
    { name: "currency", what: "ISO 4217 code of the accounts' currency, one of two decimal places" },
    { name: "funding_account", what: "an account with at least 1,000.00, that nothing else moves during the run" },
    { name: "empty_account", what: "an account with nothing in it" },
    { name: "pin_key_id", what: "name of a zone key for PIN blocks" },
    { name: "pin_key", what: "the zone key itself in hexadecimal: AES for format 4, double-length DES for format 0" },
    { name: "pin_format", what: "format of ISO 9564 that the key is for: 0 or 4" },
  ],
  groups: [everyCall, cards, authorizations, clearings, secrets],
  open: openBench,
};
