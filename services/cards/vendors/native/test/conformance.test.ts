/** The native processor keeps every clause of its contract, over real mTLS, on a real ledger. */
import { afterAll, beforeAll, describe } from "vitest";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { cardsSuite } from "../../../../../conformance/cards/suite.ts";
import { createTarget } from "../../../../../conformance/kit/target.ts";
import { describeVendor } from "../../../../../conformance/kit/vitest.ts";
import { FEATURES } from "../handlers/get-capabilities.ts";
import { fundAccount, type NativeGround, startNative, TEST_ZONE } from "./ground.ts";

const TENANT = "banco-clausula";
const parameters: Record<string, string> = {
  currency: "BRL",
  pin_key_id: TEST_ZONE.id,
  pin_key: TEST_ZONE.hex,
  pin_format: "4",
};
const given = [...Object.keys(parameters), "funding_account", "empty_account"];

let ground: NativeGround;
let capabilities: Capabilities;

beforeAll(async () => {
  ground = await startNative();
  parameters["funding_account"] = await fundAccount(ground.ledger, TENANT, 10_000_00n);
  parameters["empty_account"] = await fundAccount(ground.ledger, TENANT, 0n);
  capabilities = await ground.vendor.client({ tenant: TENANT }).getCapabilities({});
});

afterAll(() => ground.stop());

describe("the native card processor", () => {
  describeVendor(cardsSuite, {
    features: FEATURES,
    parameters: given,
    target: () =>
      createTarget({ capabilities, tenant: TENANT, parameters, clientOf: (caller) => ground.vendor.client(caller) }),
  });
});
