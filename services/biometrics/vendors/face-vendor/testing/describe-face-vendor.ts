/** Puts a vendor of faces through the suite, over real gRPC. */
import { afterAll, beforeAll } from "vitest";
import type { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import type { TestVendor } from "#platform/testing/vendor.ts";
import { FEATURES } from "../../../../../conformance/biometrics/features.ts";
import { biometricsSuite } from "../../../../../conformance/biometrics/suite.ts";
import { createTarget } from "../../../../../conformance/kit/target.ts";
import { describeVendor } from "../../../../../conformance/kit/vitest.ts";
import type { FaceVendor } from "../deps.ts";
import { faceVendorProgram } from "../program.ts";
import { writePictures } from "./pictures.ts";
import { remembering } from "./remembering-engine.ts";
import { startFaceVendor } from "./start-face-vendor.ts";

/** A test for each clause. */
export function describeFaceVendor(vendor: FaceVendor): void {
  const program = faceVendorProgram({ ...vendor, engine: remembering(vendor.engine) });
  let running: TestVendor<typeof BiometricsProviderService>;
  let capabilities: Capabilities;
  let pictures: Readonly<Record<string, string>>;
  let tenants = 0;
  beforeAll(async () => {
    [running, pictures] = await Promise.all([startFaceVendor(program), writePictures()]);
    capabilities = await running.client({ tenant: "kit" }).getCapabilities({});
  });
  afterAll(() => running.stop());
  describeVendor(biometricsSuite, {
    features: FEATURES,
    parameters: biometricsSuite.parameters.map(({ name }) => name),
    target: () =>
      createTarget({
        capabilities,
        tenant: `kit-faces-${tenants++}`,
        parameters: pictures,
        clientOf: (caller) => running.client({ timeoutMs: 10_000, ...caller }),
      }),
  });
}
