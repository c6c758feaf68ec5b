/** What the kyc service needs, and the RPCs it answers. */
import type { ServiceImpl } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { KycService } from "#gen/malla/kyc/v1/kyc_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { VendorMesh } from "#platform/mesh/vendor-mesh.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { settings } from "./config.ts";
import { cancelVerification } from "./handlers/cancel-verification.ts";
import { decideVerification } from "./handlers/decide-verification.ts";
import { getVerification } from "./handlers/get-verification.ts";
import { listScreeningLists } from "./handlers/list-screening-lists.ts";
import { listVerifications } from "./handlers/list-verifications.ts";
import { refreshVerification } from "./handlers/refresh-verification.ts";
import { screenParty } from "./handlers/screen-party.ts";
import { startVerificationRpc } from "./handlers/start-verification.ts";
import { uploadDocument } from "./handlers/upload-document.ts";
import { startResolver } from "./sagas/resolver.ts";

/** What handlers work with. */
export interface KycDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly vendors: VendorMesh<typeof KycProviderService>;
  readonly log: Logger;
  /** Longest wait for a vendor's answer. */
  readonly vendorTimeoutMs: number;
  /** How long a vendor that did not answer, or is at work, is left alone. */
  readonly resolveAfterMs: number;
  /** Pause between two questions for news of monitored parties. */
  readonly monitorEveryMs: number;
  /** The time now. */
  readonly now: () => Date;
  /** A new id, later ones greater. */
  readonly newId: () => string;
}

/** Types of the RPCs. */
export type KycHandlers = ServiceImpl<typeof KycService>;

/** Makes the service. */
export function createKycService(deps: KycDeps): KycHandlers {
  return {
    startVerification: startVerificationRpc(deps),
    getVerification: getVerification(deps),
    listVerifications: listVerifications(deps),
    refreshVerification: refreshVerification(deps),
    uploadDocument: uploadDocument(deps),
    decideVerification: decideVerification(deps),
    cancelVerification: cancelVerification(deps),
    screenParty: screenParty(deps),
    listScreeningLists: listScreeningLists(deps),
  };
}

/** The service as a program. */
export const kycProgram: ServiceProgram<typeof settings> = {
  name: "kyc",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox, log, openVendors }, given) {
    const deps: KycDeps = {
      database,
      outbox,
      vendors: openVendors(KycProviderService),
      log,
      vendorTimeoutMs: given.MALLA_KYC_VENDOR_TIMEOUT_MS,
      resolveAfterMs: given.MALLA_KYC_RESOLVE_AFTER_MS,
      monitorEveryMs: given.MALLA_KYC_MONITOR_EVERY_MS,
      now: () => new Date(),
      newId: uuidv7,
    };
    const resolver = startResolver(deps);
    return { services: [served(KycService, createKycService(deps))], close: () => resolver.stop() };
  },
};
