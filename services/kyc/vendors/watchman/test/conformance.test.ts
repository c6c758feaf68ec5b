/** The vendor watchman through the clauses of its contract, on a real watchman; and what it says when that misbehaves. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KycProviderService } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import type { Capabilities } from "#gen/malla/vendor/v1/capabilities_pb.js";
import { openStateFolder } from "#platform/embedded/state-folder.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestVendor, type TestVendor, testDatabase } from "#platform/testing/vendor.ts";
import { createTarget } from "../../../../../conformance/kit/target.ts";
import { describeVendor } from "../../../../../conformance/kit/vitest.ts";
import { kycSuite } from "../../../../../conformance/kyc/suite.ts";
import { buildWatchman } from "../program/build-watchman.ts";
import { type RunningWatchman, startWatchman } from "../program/start-watchman.ts";
import { watchmanKyc } from "../program.ts";
import { FEATURES } from "../provider.ts";

const MALLA = fileURLToPath(new URL("../../../../../.malla", import.meta.url));
const TENANT = "banco-vigia";
const folder = mkdtempSync(join(tmpdir(), "malla-watchman-vendor-"));
const state = { ...openStateFolder(folder), bin: openStateFolder(MALLA).bin };
const progress = (line: string) => void process.stderr.write(`${line}\n`);
const environment = process.env;
/** Of the excerpt of OFAC's list. */
const parameters: Readonly<Record<string, string>> = {
  listed_given_name: "Nicolás",
  listed_family_name: "Maduro Moros",
  listed_birth_date: "1962-11-23",
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Undefined where Go or its proxy is not at hand. */
const program = await buildWatchman({ bin: state.bin, environment, progress }).catch((error: unknown) => {
  progress(`\n*** the vendor watchman is NOT tested: ${error instanceof Error ? error.message : String(error)} ***\n`);
  return undefined;
});

describe.runIf(program !== undefined)("on a real watchman", () => {
  let server: RunningWatchman;
  let vendor: TestVendor<typeof KycProviderService>;
  let capabilities: Capabilities;

  beforeAll(async () => {
    server = await startWatchman({ state, environment, progress });
    const env = { MALLA_WATCHMAN_URL: server.url };
    vendor = await startTestVendor(watchmanKyc, { database: await testDatabase("kyc/watchman"), env });
    capabilities = await vendor.client({ tenant: TENANT }).getCapabilities({});
  }, 120_000);

  afterAll(async () => {
    await vendor.stop();
    await server.stop();
  });

  describeVendor(kycSuite, {
    features: FEATURES,
    parameters: Object.keys(parameters),
    target: () =>
      createTarget({ capabilities, tenant: TENANT, parameters, clientOf: (caller) => vendor.client(caller) }),
  });
});

describe("on a watchman that misbehaves", () => {
  let answer: (response: ServerResponse) => void = (response) => response.end("{}");
  const peer = createServer((_request, response) => answer(response));
  let vendor: TestVendor<typeof KycProviderService>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => peer.listen(0, "127.0.0.1", resolve));
    const env = { MALLA_WATCHMAN_URL: `http://127.0.0.1:${(peer.address() as AddressInfo).port}` };
    vendor = await startTestVendor(watchmanKyc, { database: await testDatabase("kyc/watchman"), env });
  });

  afterAll(async () => {
    await vendor.stop();
    peer.closeAllConnections();
    await new Promise((resolve) => peer.close(resolve));
  });

  const ana = {
    person: {
      case: "naturalPerson" as const,
      value: { givenName: "Ana", familyName: "Ruiz", birthDate: { year: 1990, month: 5, day: 17 } },
    },
  };

  it.each<[string, (response: ServerResponse) => void]>([
    ["answers garbage", (response) => response.end("\u0000\u0001 no JSON")],
    ["answers a score that is none", (response) => response.end('{"entities":[{"name":"X","match":7}]}')],
    ["fails", (response) => void response.writeHead(500).end()],
    ["breaks off", (response) => void response.socket?.destroy()],
  ])("begins nothing when it %s, and the same request succeeds afterwards", async (_how, misbehave) => {
    const client = vendor.client({ tenant: TENANT });
    const request = { requestId: randomUUID(), party: ana, validDuration: { seconds: 60n } };
    answer = misbehave;
    const error = await client.beginVerification(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectError);
    if (error instanceof ConnectError) {
      expect([error.code, errorInfoOf(error)?.reason]).toEqual([Code.Unavailable, "DEPENDENCY_UNAVAILABLE"]);
      expect(error.message).not.toContain("Ruiz");
    }
    const by = { case: "requestId" as const, value: request.requestId };
    await expect(client.readVerification({ by })).rejects.toThrow(/no such verification/);
    answer = (response) => response.end('{"entities":[]}');
    const begun = await client.beginVerification(request);
    expect((await client.readVerification({ by })).reference).toBe(begun.reference);
  });
});
