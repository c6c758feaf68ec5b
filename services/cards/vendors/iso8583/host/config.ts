/** Settings of the card host. */
import { z } from "zod";
import { telemetrySettings } from "#platform/config/service-settings.ts";
import { filePath, hostPort } from "#platform/config/settings.ts";
import { ACCOUNTS, readAccounts } from "./accounts.ts";
import { readZoneKeys, ZONE_KEYS } from "./pin.ts";

export const hostSettings = {
  ...telemetrySettings,
  /** Where it takes connections that speak ISO 8583. */
  MALLA_LISTEN: hostPort(),
  /** File that it keeps its journal in. */
  MALLA_CARD_HOST_JOURNAL: filePath("the file of the journal"),
  /** Where faults are ordered and the books shown, over plain HTTP; not set: nowhere. Never set it outside tests and demos. */
  MALLA_CARD_HOST_CONTROL_LISTEN: hostPort().optional(),
  /** First eight digits of the numbers of its cards (ISO/IEC 7812). */
  MALLA_CARD_HOST_IIN: z
    .string("expected eight digits")
    .regex(/^[0-9]{8}$/, "expected eight digits")
    .default("50671234"),
  /** Keys that PIN blocks come under, double-length triple DES: "name=32 hexadecimal digits;..."; not set: no PINs. */
  MALLA_CARD_HOST_ZONE_KEYS: z
    .string()
    .regex(ZONE_KEYS, "expected name=32 hexadecimal digits, one or more, with ; between")
    .transform(readZoneKeys)
    .optional(),
  // Accounts of the bank: "tenant/account=986:100000;*/test=986:5000", with numeric currency and what they open with.
  MALLA_CARD_HOST_ACCOUNTS: z
    .string("expected tenant/account=currency:minor units, one or more, with ; between")
    .regex(ACCOUNTS, "expected tenant/account=currency:minor units, one or more, with ; between")
    .transform(readAccounts),
};
