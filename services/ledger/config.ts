/** Settings of its own, besides those every service has. */
import { wholeNumber } from "#platform/config/settings.ts";

export const settings = {
  /** Accounts kept in memory, about; others are loaded when they are named. A million takes about 600 MB. */
  MALLA_LEDGER_RESIDENT_ACCOUNTS: wholeNumber(1_000, 20_000_000).default(500_000),
};
