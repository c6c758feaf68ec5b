/** The vendors of the embedded mesh: each a process of its own behind its capability's contract. */
import { join } from "node:path";
import type { StateFolder } from "#platform/embedded/state-folder.ts";
import { startWatchman } from "../../services/kyc/vendors/watchman/program/start-watchman.ts";
import { startCardHost } from "./card-host.ts";
import type { Parts } from "./parts.ts";

/** What a vendor's settings are made of. */
export interface VendorGround {
  readonly state: StateFolder;
  /** Where a service of the mesh listens, "host:port". */
  readonly addressOf: (service: string) => string;
  /** A secret of 24 random bytes, base64url, kept between starts. */
  readonly secretOf: (name: string) => string;
  /** Where what it starts besides itself, such as a host that it speaks to, is kept to be stopped. */
  readonly parts: Parts;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A vendor and what it needs. */
export interface VendorDefinition {
  readonly capability: string;
  /** Name, as in its certificate and its folder. */
  readonly vendor: string;
  /** Whether it keeps a database, <capability>_<vendor>. */
  readonly hasDatabase: boolean;
  /** Settings of its own; a vendor whose parts cannot be had on this machine rejects with the reason in one line. */
  readonly settings?: (ground: VendorGround) => Promise<Record<string, string>> | Record<string, string>;
  /** Whether it may take minutes until it runs for the first time, so that nobody waits for it. */
  readonly isSlow?: boolean;
  /** Memory and start-up options of Node that it does better with. */
  readonly nodeOptions?: readonly string[];
}

/** Path of the program of a vendor, from the root. */
export function programOf({ capability, vendor }: Pick<VendorDefinition, "capability" | "vendor">): string {
  return join("services", capability, "vendors", vendor, "main.ts");
}

/** Name of the database of a vendor. */
export function databaseOf({ capability, vendor }: Pick<VendorDefinition, "capability" | "vendor">): string {
  return `${capability}_${vendor.replaceAll("-", "_")}`;
}

/** All of them. */
export const VENDORS: readonly VendorDefinition[] = [
  ...["face-api", "human"].map(
    (vendor): VendorDefinition => ({
      capability: "biometrics",
      vendor,
      hasDatabase: true,
      settings: ({ secretOf }) => ({ MALLA_FACE_MASTER_KEY: secretOf(`biometrics-${vendor}`) }),
    }),
  ),
  {
    capability: "cards",
    vendor: "native",
    hasDatabase: true,
    settings: ({ addressOf, secretOf }) => ({
      MALLA_LEDGER_ADDRESS: addressOf("ledger"),
      MALLA_CARDS_VAULT_KEY: secretOf("cards-native-vault"),
      MALLA_CARDS_PIN_KEYS: `zone-1:4:${Buffer.from(secretOf("cards-native-zone-1"), "base64url").toString("hex")}`,
    }),
  },
  { capability: "kyc", vendor: "native", hasDatabase: true },
  { capability: "kyc", vendor: "watchman", hasDatabase: true, isSlow: true, settings: startWatchmanServer },
  { capability: "cards", vendor: "iso8583", hasDatabase: true, settings: startCardHost },
];

/** watchman itself is a program of its own, in Go, that is built the first time. */
async function startWatchmanServer({ state, parts, progress, signal }: VendorGround): Promise<Record<string, string>> {
  const server = await startWatchman({ state, environment: process.env, progress, signal });
  parts.add("servers", server);
  return { MALLA_WATCHMAN_URL: server.url };
}
