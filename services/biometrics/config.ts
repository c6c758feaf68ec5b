/** Settings besides those every service has. */
import { wholeNumber } from "#platform/config/settings.ts";

export const settings = {
  /** How long a vendor that did not answer is left alone before it is asked what became of a request, in milliseconds. */
  MALLA_BIOMETRICS_RESOLVE_AFTER_MS: wholeNumber(10, 600_000).default(5_000),
};
