/** Settings of the processor: where the money is, and what its vault is opened with. */
import { z } from "zod";
import { hostPort } from "#platform/config/settings.ts";
import { databaseSettings } from "#platform/lifecycle/vendor.ts";
import type { ZoneKey } from "./vault/pin-block.ts";

const VAULT_KEY = "expected at least 24 random bytes in base64url (32 characters)";
const PIN_KEYS =
  "expected name:format:key in hexadecimal, comma between keys, e.g. zone-1:4:0011..ff (format 4: AES, 0: DES)";

/** Bytes of the keys of each format. */
const KEY_BYTES = { 0: [16], 4: [16, 24, 32] } as const;

export const settings = {
  ...databaseSettings,
  /** Holds the money behind the cards. */
  MALLA_LEDGER_ADDRESS: hostPort(),
  /** Secret that the keys of the vault are derived from: without it no card number can be read again. */
  MALLA_CARDS_VAULT_KEY: z
    .string(VAULT_KEY)
    .regex(/^[A-Za-z0-9_-]{32,}$/, VAULT_KEY)
    .transform((text) => Buffer.from(text, "base64url")),
  /** First digits of its card numbers, six or eight. Default: 99999901, which is nobody's. */
  MALLA_CARDS_BIN: z
    .string()
    .regex(/^([0-9]{6}|[0-9]{8})$/, "expected six or eight digits")
    .default("99999901"),
  /** Zone keys under which PIN blocks come. */
  MALLA_CARDS_PIN_KEYS: z.string(PIN_KEYS).transform((text, context): ReadonlyMap<string, ZoneKey> => {
    const zones = new Map<string, ZoneKey>();
    for (const [id, format, hex] of text.split(",").map((one) => one.split(":"))) {
      const key = Buffer.from(hex ?? "", "hex");
      const known = format === "0" ? 0 : 4;
      const lengths: readonly number[] = KEY_BYTES[known];
      if (id === undefined || (format !== "0" && format !== "4") || !lengths.includes(key.length)) {
        context.addIssue(PIN_KEYS);
        return z.NEVER;
      }
      zones.set(id, { format: known, key });
    }
    return zones;
  }),
};
