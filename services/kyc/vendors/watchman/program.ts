/** moov-io/watchman as a vendor of verifications. */
import { v4 as uuidv4 } from "uuid";
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { openVendorDatabase, type VendorProgram } from "#platform/lifecycle/vendor.ts";
import { settings } from "./config.ts";
import { createWatchmanProvider } from "./provider.ts";
import { openWatchmanApi } from "./watchman-api.ts";

/** The vendor as a program. */
export const watchmanKyc: VendorProgram<typeof KycProviderService, typeof settings> = {
  capability: "kyc",
  vendor: "watchman",
  service: KycProviderService,
  settings,
  async open(_ground, given) {
    const migrations = new URL("./store/migrations", import.meta.url);
    const database = await openVendorDatabase("kyc/watchman", given, migrations);
    const api = openWatchmanApi(given.MALLA_WATCHMAN_URL);
    return {
      implementation: createWatchmanProvider({ database, api, now: () => new Date(), newId: uuidv4 }),
      close: () => database.close(),
    };
  },
};
