/**
 * A vendor of faces as a program. What differs between vendors is an engine, a scale and what it recognises; all else is
 * here, in a folder without a program of its own, that a vendor takes along when it moves to another repository.
 */
import { randomBytes, randomInt } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { databaseSettings, openVendorDatabase, type VendorProgram } from "#platform/lifecycle/vendor.ts";
import { answerChallenge, openChallenge, readChallenge } from "./challenges.ts";
import { MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS } from "./decode-image.ts";
import type { FaceDeps, FaceHandlers, FaceVendor } from "./deps.ts";
import { MAX_FRAMES } from "./judge-frames.ts";
import { openLooker } from "./looker.ts";
import { lookupOperation } from "./lookup-operation.ts";
import { createSealer } from "./seal.ts";
import {
  createTemplate,
  eraseTemplate,
  MAX_GALLERY,
  matchTemplate,
  readErasure,
  searchTemplates,
} from "./templates.ts";
import { createUnderWay } from "./under-way.ts";

const KEY = "expected a random key of 24 to 64 bytes in base64url";

/** Settings of its own. */
export const faceSettings = {
  ...databaseSettings,
  /** Master key that the keys of tenants are drawn from: 24 random bytes or more, base64url. Without it no template can be read again. */
  MALLA_FACE_MASTER_KEY: z
    .string(KEY)
    .regex(/^[A-Za-z0-9_-]{32,86}$/, KEY)
    .transform((text) => Buffer.from(text, "base64url")),
};

const FEATURES = ["biometrics.identify", "biometrics.liveness"];
const NONCE_BYTES = 16;

/** Makes the RPCs of a vendor. */
export function createFaceProvider(deps: FaceDeps): FaceHandlers {
  return {
    getCapabilities: () => ({
      capability: "biometrics",
      vendor: deps.vendor.name,
      version: deps.vendor.version,
      features: FEATURES,
      limits: {
        "biometrics.max_image_bytes": BigInt(MAX_IMAGE_BYTES),
        "biometrics.max_image_pixels": BigInt(MAX_IMAGE_PIXELS),
        "biometrics.max_frames": BigInt(MAX_FRAMES),
        "biometrics.max_gallery": BigInt(MAX_GALLERY),
      },
    }),
    createTemplate: createTemplate(deps),
    matchTemplate: matchTemplate(deps),
    searchTemplates: searchTemplates(deps),
    eraseTemplate: eraseTemplate(deps),
    readErasure: readErasure(deps),
    openChallenge: openChallenge(deps),
    answerChallenge: answerChallenge(deps),
    readChallenge: readChallenge(deps),
    lookupOperation: lookupOperation(deps),
  };
}

/** Makes the program of a vendor. */
export function faceVendorProgram(
  vendor: FaceVendor,
): VendorProgram<typeof BiometricsProviderService, typeof faceSettings> {
  return {
    capability: "biometrics",
    vendor: vendor.name,
    service: BiometricsProviderService,
    settings: faceSettings,
    async open({ log }, settings) {
      const migrations = new URL("./store/migrations", import.meta.url);
      const [database, looker] = await Promise.all([
        openVendorDatabase(`biometrics-${vendor.name}`, settings, migrations),
        openLooker(vendor.engine, log),
      ]);
      const implementation = createFaceProvider({
        vendor,
        database,
        looker,
        sealer: createSealer(settings.MALLA_FACE_MASTER_KEY),
        underWay: createUnderWay(),
        now: () => new Date(),
        newId: uuidv7,
        random: (n) => randomInt(n),
        newNonce: () => randomBytes(NONCE_BYTES).toString("base64url"),
      });
      return {
        implementation,
        async close() {
          await looker.close();
          await database.close();
        },
      };
    },
  };
}
