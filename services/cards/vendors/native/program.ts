/** Malla's own card processor: cards in a vault, authorizations as holds in the ledger. */
import { randomInt } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { LedgerService } from "#gen/malla/ledger/v1/ledger_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import { openVendorDatabase, type VendorProgram } from "#platform/lifecycle/vendor.ts";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import { settings } from "./config.ts";
import { startResumer } from "./engine/resumer.ts";
import type { Ledger } from "./ledger/accounts.ts";
import { createNativeProvider } from "./provider.ts";
import { openVault, type Vault } from "./vault/vault.ts";

/** What handlers work with. */
export interface NativeDeps {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly vault: Vault;
  /** The time now. */
  readonly now: () => Date;
  /** A new id, later ones greater. */
  readonly newId: () => string;
  /** Field 38 of an approval. */
  readonly newApprovalCode: () => string;
}

/** The processor as a program. */
export const nativeCards: VendorProgram<typeof CardsProviderService, typeof settings> = {
  capability: "cards",
  vendor: "native",
  service: CardsProviderService,
  settings,
  async open({ log, tls }, given) {
    const migrations = new URL("./store/migrations", import.meta.url);
    const database = await openVendorDatabase("cards/native", given, migrations);
    const ledger = openMeshClient(LedgerService, {
      peer: "ledger",
      address: addressOf(given.MALLA_LEDGER_ADDRESS),
      tls,
    });
    const deps: NativeDeps = {
      database,
      ledger,
      vault: openVault({
        key: given.MALLA_CARDS_VAULT_KEY,
        bin: given.MALLA_CARDS_BIN,
        zones: given.MALLA_CARDS_PIN_KEYS,
      }),
      now: () => new Date(),
      newId: uuidv7,
      newApprovalCode: () => String(randomInt(1_000_000)).padStart(6, "0"),
    };
    const resumer = startResumer(deps, log);
    return {
      implementation: createNativeProvider(deps),
      async close() {
        await resumer.stop();
        ledger.close();
        await database.close();
      },
    };
  },
};

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}
