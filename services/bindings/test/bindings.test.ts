import { randomUUID } from "node:crypto";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BindingChangedSchema } from "#gen/malla/bindings/v1/bindings_events_pb.js";
import { BindingsService } from "#gen/malla/bindings/v1/bindings_service_pb.js";
import { Level, Vendor_State } from "#gen/malla/bindings/v1/vendor_pb.js";
import { VendorMethodState_Breaker } from "#gen/malla/bindings/v1/vendor_state_pb.js";
import { CardsProviderService } from "#gen/malla/cards/v1/cards_provider_service_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { openMeshClient } from "#platform/rpc/mesh-client.ts";
import { type TestService, testCall, testCertificate } from "#platform/testing/service.ts";
import { testVendorCertificate } from "#platform/testing/vendor.ts";
import { newName, openKit, operator, startBindings, startVendorOf } from "./bank.ts";

type Kit = Awaited<ReturnType<typeof openKit>>;

let kit: Kit;
let service: TestService;
const [alpha, beta] = ["alpha", "beta"];
const vendors: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  kit = await openKit();
  service = await startBindings({ env: { MALLA_CONFORMANCE_KEYS_FILE: kit.keysFile } });
  vendors.push(...(await Promise.all([startVendorOf(service, alpha), startVendorOf(service, beta)])));
  await Promise.all([alpha, beta].map((name) => active(name)));
});
afterAll(async () => {
  await Promise.all(vendors.map((vendor) => vendor.stop()));
  await service.stop();
});

const vendorOf = (vendor: string) => operator(service, "t-any").client.getVendor({ name: `vendors/cards/${vendor}` });
const active = (vendor: string) =>
  vi.waitFor(async () => expect((await vendorOf(vendor)).state).toBe(Vendor_State.ACTIVE), 5_000);

/** Code, reason and what it is about, of a call that must fail. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = ConnectError.from(
    await call.then(
      () => new Error("was not refused"),
      (failure: unknown) => failure,
    ),
  );
  const info = errorInfoOf(error);
  return `${Code[error.code]} ${info?.reason}${info?.metadata["vendor"] === undefined ? "" : ` ${info.metadata["vendor"]}`}`;
}

describe("a binding", () => {
  it("is set, read, listed and told, with who changed it, why, from what and to what", async () => {
    const tenant = newName("t");
    const bank = operator(service, tenant);
    expect(await refusal(bank.client.getBinding({ name: "bindings/cards" }))).toBe("NotFound BINDING_NOT_FOUND");
    const first = await bank.bind({ primaryVendor: alpha });
    expect(first).toMatchObject({ name: "bindings/cards", primaryVendor: alpha, version: 1n });
    const second = await bank.bind({
      primaryVendor: alpha,
      failoverVendors: [beta],
      canary: { vendor: beta, percent: 5 },
      etag: first.etag,
    });
    expect(second.version).toBe(2n);
    expect(await bank.client.getBinding({ name: "bindings/cards" })).toEqual(second);
    expect((await bank.client.listBindings({})).bindings).toEqual([second]);
    const { revisions } = await bank.client.listBindingRevisions({ parent: "bindings/cards" });
    expect(revisions.map(({ name }) => name)).toEqual(["bindings/cards/revisions/2", "bindings/cards/revisions/1"]);
    expect(revisions[0]).toMatchObject({
      principal: "test",
      reason: "a test",
      from: { primaryVendor: alpha, failoverVendors: [] },
      to: { primaryVendor: alpha, failoverVendors: [beta], canary: { vendor: beta, percent: 5 } },
    });
    expect(revisions[1]?.from).toBeUndefined();
    const events = await service.events(tenant, 2);
    const told = events.map(({ data }) => data && anyUnpack(data, BindingChangedSchema)?.revision?.name);
    expect(told).toEqual(["bindings/cards/revisions/1", "bindings/cards/revisions/2"]);
  });

  it("set as it is already is not changed, and set again with one request_id answers the same again", async () => {
    const bank = operator(service, newName("t"));
    const requestId = randomUUID();
    const first = await bank.bind({ primaryVendor: alpha }, requestId);
    expect(await bank.bind({ primaryVendor: alpha })).toEqual(first);
    await bank.bind({ primaryVendor: beta });
    expect(await bank.bind({ primaryVendor: alpha }, requestId)).toEqual(first);
    expect((await bank.client.listBindingRevisions({ parent: "bindings/cards" })).revisions).toHaveLength(2);
  });

  it("of one tenant is nobody else's", async () => {
    await operator(service, newName("t")).bind({ primaryVendor: alpha });
    const other = operator(service, newName("t")).client;
    expect(await refusal(other.getBinding({ name: "bindings/cards" }))).toBe("NotFound BINDING_NOT_FOUND");
    expect((await other.listBindings({})).bindings).toEqual([]);
  });

  it("that changed meanwhile is not overwritten", async () => {
    const bank = operator(service, newName("t"));
    const { etag } = await bank.bind({ primaryVendor: alpha });
    await bank.bind({ primaryVendor: beta });
    expect(await refusal(bank.bind({ primaryVendor: alpha, etag }))).toBe("Aborted ETAG_MISMATCH");
  });

  it("names a vendor in one place only", async () => {
    const bank = operator(service, newName("t"));
    for (const terms of [
      { failoverVendors: [alpha] },
      { canary: { vendor: alpha, percent: 1 } },
      { shadow: { vendor: alpha } },
      { canary: { vendor: beta, percent: 1 }, shadow: { vendor: beta } },
    ]) {
      expect(await refusal(bank.bind({ primaryVendor: alpha, ...terms }))).toMatch(/^InvalidArgument VENDOR_REPEATED/);
    }
  });
});

describe("a binding is refused, with the reason, to a vendor", () => {
  it("that nobody knows", async () => {
    expect(await refusal(operator(service, newName("t")).bind({ primaryVendor: "ghost" }))).toBe(
      "FailedPrecondition VENDOR_NOT_FOUND vendors/cards/ghost",
    );
  });

  it("that has left, and not any more when it is back", async () => {
    const name = newName("gone");
    const bank = operator(service, newName("t"));
    const vendor = await startVendorOf(service, name);
    await active(name);
    await vendor.stop();
    expect((await vendorOf(name)).state).toBe(Vendor_State.LEFT);
    expect(await refusal(bank.bind({ primaryVendor: alpha, failoverVendors: [name] }))).toBe(
      `FailedPrecondition VENDOR_UNREACHABLE vendors/cards/${name}`,
    );
    vendors.push(await startVendorOf(service, name));
    await active(name);
    await bank.bind({ primaryVendor: alpha, failoverVendors: [name] });
  });

  it("that holds a lease and does not answer, or answers with another's certificate", async () => {
    const bank = operator(service, newName("t"));
    const [silent, wrong] = [newName("silent"), newName("wrong")];
    const betaAddress = (await vendorOf(beta)).address;
    vendors.push(await startVendorOf(service, silent, { MALLA_VENDOR_ADVERTISE: "127.0.0.1:1" }));
    vendors.push(await startVendorOf(service, wrong, { MALLA_VENDOR_ADVERTISE: betaAddress }));
    for (const name of [silent, wrong]) {
      await active(name);
      expect(await refusal(bank.bind({ primaryVendor: name }))).toBe(
        `FailedPrecondition VENDOR_UNREACHABLE vendors/cards/${name}`,
      );
    }
  });

  it("that is not certified where that is required, and not any more with a certificate", async () => {
    const bank = operator(service, newName("t"));
    const name = newName("cert");
    vendors.push(await startVendorOf(service, name));
    await active(name);
    const bind = () => bank.bind({ primaryVendor: name, requireCertified: true });
    const refused = `FailedPrecondition VENDOR_NOT_CERTIFIED vendors/cards/${name}`;
    expect(await refusal(bind())).toBe(refused);
    const certify = async (jws: string) =>
      bank.client.setVendorCertificate({ name: `vendors/cards/${name}`, jws, requestId: randomUUID() });
    expect((await certify(await kit.certify(name, { level: "conformant" }))).level).toBe(Level.CONFORMANT);
    expect(await refusal(bind())).toBe(refused);
    expect((await certify(await kit.certify(name, { version: "0.9.0" }))).level).toBe(Level.UNSPECIFIED);
    expect((await certify(await kit.certify(name, { features: [] }))).level).toBe(Level.UNSPECIFIED);
    expect(await refusal(bind())).toBe(refused);
    expect((await certify(await kit.certify(name))).level).toBe(Level.CERTIFIED);
    expect((await bind()).requireCertified).toBe(true);
  });

  it("whose certificate is another's, expired, damaged or signed by nobody trusted", async () => {
    const { client } = operator(service, newName("t"));
    const stranger = await openKit();
    const name = `vendors/cards/${alpha}`;
    for (const jws of [
      await kit.certify(beta),
      await kit.certify(alpha, {}, new Date(Date.now() - 2 * 86_400_000)),
      await stranger.certify(alpha),
      `${await kit.certify(alpha)}x`,
      "nonsense",
    ]) {
      expect(await refusal(client.setVendorCertificate({ name, jws, requestId: randomUUID() }))).toBe(
        "InvalidArgument CERTIFICATE_INVALID",
      );
    }
  });
});

describe("a vendor", () => {
  const asVendor = async (vendor: string) => {
    const client = openMeshClient(BindingsService, {
      peer: "bindings",
      address: service.address,
      tls: await testVendorCertificate("cards", vendor),
    });
    vendors.push({ stop: async () => client.close() });
    return (tenant: string) => client.for(testCall({ tenant }));
  };

  it("registers with what it can do, and is told as an event of the mesh", async () => {
    expect(await vendorOf(alpha)).toMatchObject({
      name: `vendors/cards/${alpha}`,
      capabilities: { capability: "cards", vendor: alpha, version: "1.0.0", features: ["cards.pin"] },
      version: 1n,
    });
    const { vendors: listed } = await operator(service, "t-any").client.listVendors({ capability: "cards" });
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining([`vendors/cards/${alpha}`]));
    expect((await service.events("malla", 2)).map(({ type }) => type)).toContain("malla.bindings.v1.VendorRegistered");
  });

  it("speaks for itself only, and in the tenant of the mesh only", async () => {
    const asBeta = await asVendor(beta);
    const registration = {
      address: "127.0.0.1:1",
      capabilities: { capability: "cards", vendor: alpha, version: "1" },
    };
    expect(await refusal(asBeta("malla").registerVendor(registration))).toBe("PermissionDenied NOT_THE_VENDOR");
    expect(await refusal(asBeta("malla").deregisterVendor({ name: `vendors/cards/${alpha}` }))).toBe(
      "PermissionDenied NOT_THE_VENDOR",
    );
    expect(await refusal(asBeta("t-any").renewVendorLease({ name: `vendors/cards/${beta}` }))).toBe(
      "PermissionDenied TENANT_NOT_THE_MESH",
    );
    expect(await refusal(asBeta("malla").getVendor({ name: `vendors/cards/${alpha}` }))).toBe(
      "PermissionDenied SCOPE_MISSING",
    );
  });

  it("whose lease ends without a word is lost, and is told so; a renewal then asks it to register", async () => {
    const name = newName("mute");
    const speakAs = await asVendor(name);
    await speakAs("malla").registerVendor({
      address: "127.0.0.1:1",
      capabilities: { capability: "cards", vendor: name, version: "1" },
    });
    const sql = service.sql();
    await sql`update vendors set lease_expire_time = now() - interval '1 second' where vendor = ${name}`;
    await vi.waitFor(async () => expect((await vendorOf(name)).state).toBe(Vendor_State.LOST), 25_000);
    expect(await refusal(speakAs("malla").renewVendorLease({ name: `vendors/cards/${name}` }))).toMatch(
      /^FailedPrecondition VENDOR_NOT_REGISTERED/,
    );
  }, 30_000);
});

describe("how processes see vendors", () => {
  it("is reported, read, and told where a breaker changed", async () => {
    const client = openMeshClient(BindingsService, {
      peer: "bindings",
      address: service.address,
      tls: await testCertificate("cards"),
    });
    const method = `${CardsProviderService.typeName}/Issue`;
    const state = (breaker: VendorMethodState_Breaker) => ({
      vendor: `vendors/cards/${alpha}`,
      method,
      breaker,
      calls: 3n,
      maxCallsUnderWay: 128,
    });
    const process = newName("p");
    const report = (breaker: VendorMethodState_Breaker) =>
      client.for(testCall({ tenant: "malla" })).reportVendorStates({ process, states: [state(breaker)] });
    await report(VendorMethodState_Breaker.CLOSED);
    await report(VendorMethodState_Breaker.OPEN);
    const { processes } = await operator(service, "t-any").client.getVendorStates({ capability: "cards" });
    expect(processes.find((one) => one.process === process)).toMatchObject({
      service: "cards",
      states: [state(VendorMethodState_Breaker.OPEN)],
    });
    expect((await operator(service, "t-any").client.getVendorStates({ capability: "kyc" })).processes).toEqual([]);
    const sql = service.sql();
    const told = await sql`select 1 from outbox where subject = 'malla.bindings.v1.malla.VendorStateChanged'`;
    expect(told).toHaveLength(1);
    expect(await refusal(client.for(testCall({ tenant: "t-any" })).reportVendorStates({ process, states: [] }))).toBe(
      "PermissionDenied TENANT_NOT_THE_MESH",
    );
    client.close();
  });

  it("where a shadow answered differently, the tenant is told", async () => {
    const client = openMeshClient(BindingsService, {
      peer: "bindings",
      address: service.address,
      tls: await testCertificate("cards"),
    });
    const tenant = newName("t");
    const difference = {
      capability: "cards",
      vendor: alpha,
      shadowVendor: beta,
      method: `${CardsProviderService.typeName}/Issue`,
      fields: [{ path: "state", value: "1", shadowValue: "2" }],
    };
    await client
      .for(testCall({ tenant }))
      .reportShadowDifferences({ differences: [difference], requestId: randomUUID() });
    expect((await service.events(tenant, 1)).map(({ type }) => type)).toEqual([
      "malla.bindings.v1.ShadowDifferenceFound",
    ]);
    client.close();
  });
});
