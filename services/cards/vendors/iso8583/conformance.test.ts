/** The vendor, with its host in a process of its own, put through the suite. */
import { afterAll, beforeAll } from "vitest";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { cardsSuite } from "../../../../conformance/cards/suite.ts";
import { createTarget } from "../../../../conformance/kit/target.ts";
import { describeVendor } from "../../../../conformance/kit/vitest.ts";
import { FEATURES } from "./adapter.ts";
import { ZONE_KEY } from "./testing/host-process.ts";
import { type RunningVendor, startIso8583 } from "./testing/vendor.ts";

/** Each tenant has accounts of its own, so a clause sees nothing of another. */
const PARAMETERS: Readonly<Record<string, string>> = {
  currency: "BRL",
  funding_account: "funds",
  empty_account: "empty",
  pin_key_id: ZONE_KEY.id,
  pin_key: ZONE_KEY.key,
  pin_format: "0",
};

let running: RunningVendor;
let capabilities: Capabilities;
let tenants = 0;

beforeAll(async () => {
  running = await startIso8583({}, "*/funds=986:10000000;*/empty=986:0");
  capabilities = await running.client("kit").getCapabilities({});
});
afterAll(() => running.stop());

const target = () =>
  createTarget({
    capabilities,
    tenant: `kit-iso-${tenants++}`,
    parameters: PARAMETERS,
    clientOf: ({ tenant, timeoutMs }) => running.client(tenant, timeoutMs),
  });

describeVendor(cardsSuite, { target, features: FEATURES, parameters: Object.keys(PARAMETERS) });
