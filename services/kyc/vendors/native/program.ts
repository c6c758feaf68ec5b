/** Malla's own vendor of verifications: identifiers, machine-readable zones, screening and monitoring. */
import { v4 as uuidv4 } from "uuid";
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import { openVendorDatabase, type VendorProgram } from "#platform/lifecycle/vendor.ts";
import { settings } from "./config.ts";
import { startWatch } from "./monitoring/watch.ts";
import { createNativeProvider } from "./provider.ts";
import { type ListsFolder, openLists } from "./screening/lists.ts";

/** What handlers work with. */
export interface NativeDeps {
  readonly database: Database;
  readonly lists: ListsFolder;
  /** The time now. */
  readonly now: () => Date;
  /** A new id that says nothing. */
  readonly newId: () => string;
}

/** The vendor as a program. */
export const nativeKyc: VendorProgram<typeof KycProviderService, typeof settings> = {
  capability: "kyc",
  vendor: "native",
  service: KycProviderService,
  settings,
  async open({ log }, given) {
    const lists = await openLists(given.MALLA_KYC_LISTS_FOLDER);
    const migrations = new URL("./store/migrations", import.meta.url);
    const database = await openVendorDatabase("kyc/native", given, migrations);
    const deps: NativeDeps = { database, lists, now: () => new Date(), newId: uuidv4 };
    const watch = startWatch(deps, log);
    return {
      implementation: createNativeProvider(deps),
      async close() {
        await watch.stop();
        await database.close();
      },
    };
  },
};
