/** Settings of its own: how patient it is with vendors. */
import { wholeNumber } from "#platform/config/settings.ts";

export const settings = {
  /** Longest wait for a vendor's answer, in milliseconds; then what became of the call is unknown. */
  MALLA_CARDS_VENDOR_TIMEOUT_MS: wholeNumber(50, 30_000).default(4_000),
  /** Time that a caller has to ask about an authorization that is unknown, in milliseconds; then it is reversed. */
  MALLA_CARDS_RESOLVE_AFTER_MS: wholeNumber(100, 600_000).default(10_000),
};
