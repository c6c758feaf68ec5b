/** What the biometrics service needs, and the RPCs it answers. */
import { randomUUID } from "node:crypto";
import type { ServiceImpl } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { BiometricsService } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import type { Database } from "#platform/db/database.ts";
import type { ServiceProgram } from "#platform/lifecycle/service.ts";
import type { VendorMesh } from "#platform/mesh/vendor-mesh.ts";
import type { Outbox } from "#platform/outbox/append.ts";
import { served } from "#platform/rpc/serve-grpc.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { settings } from "./config.ts";
import { answerLivenessChallenge } from "./handlers/answer-liveness-challenge.ts";
import { deleteTemplate } from "./handlers/delete-template.ts";
import { enrollTemplate } from "./handlers/enroll-template.ts";
import { getLivenessChallenge } from "./handlers/get-liveness-challenge.ts";
import { getTemplate } from "./handlers/get-template.ts";
import { identifyTemplate } from "./handlers/identify-template.ts";
import { proveDeletion } from "./handlers/prove-deletion.ts";
import { startLivenessChallenge } from "./handlers/start-liveness-challenge.ts";
import { verifyTemplate } from "./handlers/verify-template.ts";
import { startResolver } from "./sagas/resolver.ts";

/** What handlers work with. */
export interface BiometricsDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly vendors: VendorMesh<typeof BiometricsProviderService>;
  readonly log: Logger;
  /** How long a vendor that did not answer is left alone, in milliseconds. */
  readonly resolveAfterMs: number;
  /** The time now. */
  readonly now: () => Date;
  /** A new id, later ones greater. */
  readonly newId: () => string;
  /** A new request_id. */
  readonly newRequestId: () => string;
}

/** Types of the RPCs. */
export type BiometricsHandlers = ServiceImpl<typeof BiometricsService>;

/** Makes the service. */
export function createBiometricsService(deps: BiometricsDeps): BiometricsHandlers {
  return {
    enrollTemplate: enrollTemplate(deps),
    getTemplate: getTemplate(deps),
    verifyTemplate: verifyTemplate(deps),
    identifyTemplate: identifyTemplate(deps),
    deleteTemplate: deleteTemplate(deps),
    proveDeletion: proveDeletion(deps),
    startLivenessChallenge: startLivenessChallenge(deps),
    answerLivenessChallenge: answerLivenessChallenge(deps),
    getLivenessChallenge: getLivenessChallenge(deps),
  };
}

/** The service as a program. */
export const biometricsProgram: ServiceProgram<typeof settings> = {
  name: "biometrics",
  settings,
  migrations: new URL("./store/migrations", import.meta.url),
  open({ database, outbox, log, openVendors }, { MALLA_BIOMETRICS_RESOLVE_AFTER_MS }) {
    const deps: BiometricsDeps = {
      database,
      outbox,
      vendors: openVendors(BiometricsProviderService),
      log,
      resolveAfterMs: MALLA_BIOMETRICS_RESOLVE_AFTER_MS,
      now: () => new Date(),
      newId: uuidv7,
      newRequestId: randomUUID,
    };
    const resolver = startResolver(deps);
    return { services: [served(BiometricsService, createBiometricsService(deps))], close: () => resolver.stop() };
  },
};
