/** Settings of its own: how patient it is with vendors, and how often it asks for news. */
import { wholeNumber } from "#platform/config/settings.ts";

export const settings = {
  /** Longest wait for a vendor's answer, in milliseconds; then what became of the call is unknown. */
  MALLA_KYC_VENDOR_TIMEOUT_MS: wholeNumber(50, 60_000).default(8_000),
  /** How long a vendor that did not answer, or is at work, is left alone, in milliseconds. */
  MALLA_KYC_RESOLVE_AFTER_MS: wholeNumber(50, 600_000).default(5_000),
  /** Pause between two questions for news of monitored parties, in milliseconds. */
  MALLA_KYC_MONITOR_EVERY_MS: wholeNumber(50, 86_400_000).default(60_000),
};
