/** A vendor of faces that runs for a test, on a database of its own. */
import { randomBytes } from "node:crypto";
import type { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { VendorProgram } from "#platform/lifecycle/vendor.ts";
import { startTestVendor, type TestVendor, testDatabase } from "#platform/testing/vendor.ts";
import type { faceSettings } from "../program.ts";

/** Starts it. */
export async function startFaceVendor(
  program: VendorProgram<typeof BiometricsProviderService, typeof faceSettings>,
): Promise<TestVendor<typeof BiometricsProviderService>> {
  return startTestVendor(program, {
    database: await testDatabase(`biometrics_${program.vendor}`),
    env: { MALLA_FACE_MASTER_KEY: randomBytes(32).toString("base64url") },
  });
}
