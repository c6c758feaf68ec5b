/** The card host of the embedded mesh: the bank's mainframe to the vendor cards/iso8583, as a process beside it. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "#platform/embedded/ports.ts";
import { supervise } from "#platform/embedded/supervise.ts";
import type { VendorGround } from "./vendors.ts";

/** Accounts of the demo tenants in their currencies (ISO 4217 numbers), with a million each. */
const ACCOUNTS = [
  "banco-ipe/main=986:100000000",
  "banco-ahuehuete/main=484:100000000",
  "banco-ceiba/main=170:100000000",
].join(";");
/** Name of the key that PIN blocks come under. */
const ZONE_KEY = "zone-1";
const ZONE_KEY_OCTETS = 16;

/** Starts the host and gives the vendor's settings. */
export async function startCardHost({ state, secretOf, parts, signal }: VendorGround): Promise<Record<string, string>> {
  const folder = join(state.path, "card-host");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const host = await supervise({
    name: "card-host",
    program: fileURLToPath(new URL("../../services/cards/vendors/iso8583/host/main.ts", import.meta.url)),
    env: {
      MALLA_LISTEN: `127.0.0.1:${await freePort()}`,
      MALLA_CARD_HOST_JOURNAL: join(folder, "journal"),
      MALLA_CARD_HOST_ACCOUNTS: ACCOUNTS,
      MALLA_CARD_HOST_ZONE_KEYS: `${ZONE_KEY}=${zoneKey(join(folder, `${ZONE_KEY}.key`))}`,
    },
    logFile: join(state.logs, "card-host.log"),
    signal,
  });
  parts.add("servers", host);
  return { MALLA_ISO8583_HOST: host.address, MALLA_ISO8583_VAULT_SECRET: secretOf("cards-iso8583-vault") };
}

/** The key in hexadecimal, the same at every start. */
function zoneKey(file: string): string {
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(ZONE_KEY_OCTETS).toString("hex"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}
