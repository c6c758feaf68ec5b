/** Settings of the card host. */
import { z } from "zod";
import { telemetrySettings } from "#platform/config/service-settings.ts";
import { filePath, hostPort } from "#platform/config/settings.ts";

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
  /** What an account has when it is opened, in minor units of its currency. */
  MALLA_CARD_HOST_OPENING_MINOR: z
    .string("expected a whole number of minor units")
    .regex(/^[0-9]{1,12}$/, "expected a whole number of minor units")
    .transform(BigInt)
    .default(100_000_000n),
};
