/** The native vendor keeps every clause of its contract, over real mTLS, on a real PostgreSQL. */
import { afterAll, beforeAll, describe } from "vitest";
import type { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { startTestVendor, type TestVendor, testDatabase } from "#platform/testing/vendor.ts";
import { createTarget } from "../../../../../conformance/kit/target.ts";
import { describeVendor } from "../../../../../conformance/kit/vitest.ts";
import { kycSuite } from "../../../../../conformance/kyc/suite.ts";
import { FEATURES } from "../handlers/get-capabilities.ts";
import { nativeKyc } from "../program.ts";

const TENANT = "banco-clausula";
/** Of the excerpt of OFAC's list. */
const parameters: Readonly<Record<string, string>> = {
  listed_given_name: "Gilberto Jose",
  listed_family_name: "Rodriguez Orejuela",
  listed_birth_date: "1939-01-31",
};

let vendor: TestVendor<typeof KycProviderService>;
let capabilities: Capabilities;

beforeAll(async () => {
  vendor = await startTestVendor(nativeKyc, { database: await testDatabase("kyc/native") });
  capabilities = await vendor.client({ tenant: TENANT }).getCapabilities({});
});

afterAll(() => vendor.stop());

describe("the native vendor of verifications", () => {
  describeVendor(kycSuite, {
    features: FEATURES,
    parameters: Object.keys(parameters),
    target: () =>
      createTarget({ capabilities, tenant: TENANT, parameters, clientOf: (caller) => vendor.client(caller) }),
  });
});
