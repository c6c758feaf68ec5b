/** The service with a vendor behind mutual TLS that can be made to hang, break off and answer what cannot be. */
import { randomUUID } from "node:crypto";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { KycProviderService, type ProviderVerification } from "#gen/malla/kyc/v1/kyc_provider_service_pb.js";
import { KycService, type UploadDocumentRequestSchema } from "#gen/malla/kyc/v1/kyc_service_pb.js";
import { DocumentKind, VerificationState } from "#gen/malla/kyc/v1/verification_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { startTestVendor, type TestVendor } from "#platform/testing/vendor.ts";
import { greyImage } from "../../../conformance/kyc/png.ts";
import { createReference } from "../../../conformance/kyc/reference/reference.ts";
import { passportZone } from "../../../conformance/kyc/zone.ts";
import { kycProgram } from "../service.ts";

type Fault = "hangs" | "hangs_after" | "unknown_enum" | "breaks_upload";

let fault: Fault | undefined;
/** References of parties that the vendor has found on a list since. */
const listed = new Set<string>();
let vendor: TestVendor<typeof KycProviderService>;
let service: TestService;
let tenants = 0;

function scripted(): ServiceImpl<typeof KycProviderService> {
  const reference = createReference();
  const hang = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new ConnectError("left", Code.Canceled)), { once: true });
    });
  return {
    ...reference,
    async beginVerification(request, context: HandlerContext) {
      if (fault === "hangs") {
        return hang(context.signal);
      }
      const answer = (await reference.beginVerification(request, context)) as ProviderVerification;
      if (fault === "hangs_after") {
        return hang(context.signal);
      }
      return fault === "unknown_enum" ? { ...answer, state: 77 as VerificationState } : answer;
    },
    pollMonitoring: ({ cursor }) => ({
      cursor: String(listed.size),
      events: [...listed].slice(Number(cursor)).map((reference, index) => ({
        id: `${cursor}-${index}`,
        reference,
        hits: [{ list: "reference", entryId: "1", matchedName: "somebody", scoreBasisPoints: 9_500, evidence: [] }],
      })),
    }),
    async takeDocument(requests, context) {
      if (fault === "breaks_upload") {
        await requests[Symbol.asyncIterator]().next();
        throw new ConnectError("the connection broke", Code.Unavailable);
      }
      return reference.takeDocument(requests, context);
    },
  };
}

beforeAll(async () => {
  vendor = await startTestVendor(
    {
      capability: "kyc",
      vendor: "scripted",
      service: KycProviderService,
      settings: {},
      open: () => ({ implementation: scripted() }),
    },
    { env: { MALLA_LOG_LEVEL: "fatal" } },
  );
  service = await startTestService(kycProgram, {
    env: {
      MALLA_LOG_LEVEL: "fatal",
      MALLA_FIXED_VENDORS: `scripted=${vendor.address}`,
      MALLA_KYC_VENDOR_TIMEOUT_MS: "1000",
      MALLA_KYC_RESOLVE_AFTER_MS: "200",
      MALLA_KYC_MONITOR_EVERY_MS: "200",
    },
  });
});
afterAll(async () => {
  await service.stop();
  await vendor.stop();
});
beforeEach(() => {
  fault = undefined;
});

const ANA = { givenName: "Ana", familyName: "Souza", birthDate: { year: 1990, month: 5, day: 17 } };
const LISTED = {
  givenName: "Évaristo Nuno",
  familyName: "Quibungo Saraiva",
  birthDate: { year: 1961, month: 2, day: 3 },
};

function newBank(tenant = `t-kyc-${process.pid}-${tenants++}`) {
  const kyc = service.client(KycService, { tenant });
  const requestOf = (person = ANA, needsDocument = false, requestId: string = randomUUID()) => ({
    party: { person: { case: "naturalPerson" as const, value: person }, countryCodes: ["BR"] },
    customer: "customers/ana",
    needsDocument,
    requestId,
  });
  const stateOf = async (name: string) => VerificationState[(await kyc.getVerification({ name })).state];
  return { tenant, kyc, requestOf, stateOf };
}

const eventually = (read: () => Promise<unknown>) => expect.poll(read, { timeout: 15_000, interval: 100 });
const wordsOf = async (tenant: string, count: number) =>
  (await service.events(tenant, count)).map(({ type }) => type.split(".").at(-1));

async function refusal(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  return error === undefined ? "done" : (errorInfoOf(error)?.reason ?? error.message);
}

async function* upload(name: string): AsyncGenerator<MessageInitShape<typeof UploadDocumentRequestSchema>> {
  const zone = passportZone({ ...ANA, expiryDate: { year: 2099, month: 1, day: 1 } });
  const document = { kind: DocumentKind.PASSPORT, mediaType: "image/png", machineReadable: zone };
  yield { part: { case: "header", value: { name, document, requestId: randomUUID() } } };
  yield { part: { case: "chunk", value: greyImage(8, 8) } };
}

it("a party passes, once however often it is asked for, and another tenant sees nothing of it", async () => {
  const { tenant, kyc, requestOf } = newBank();
  const request = requestOf();
  const made = await kyc.startVerification(request);
  expect(made).toMatchObject({ state: VerificationState.PASSED, vendor: "scripted", customer: "customers/ana" });
  expect(await kyc.startVerification(request)).toEqual(made);
  expect(await refusal(kyc.startVerification({ ...request, isMonitored: true }))).toBe("REQUEST_ID_REUSED");
  expect((await kyc.listVerifications({})).verifications).toEqual([made]);
  const { name } = made;
  expect(await refusal(newBank().kyc.getVerification({ name }))).toBe("VERIFICATION_NOT_FOUND");
  const events = await service.events(tenant, 2);
  expect(events.map(({ type }) => type.split(".").at(-1))).toEqual(["VerificationStarted", "VerificationPassed"]);
  expect(JSON.stringify(events.map(({ data }) => Buffer.from(data?.value ?? []).toString("latin1")))).not.toContain(
    "Souza",
  );
});

it("a name that the vendor refuses is refused, and nothing is kept", async () => {
  const { kyc, requestOf } = newBank();
  expect(await refusal(kyc.startVerification(requestOf({ ...ANA, givenName: "A\u202ena" })))).toBe("NAME_INVALID");
  expect((await kyc.listVerifications({})).verifications).toEqual([]);
});

it.each([
  [true, VerificationState.PASSED, "VerificationPassed"],
  [false, VerificationState.FAILED, "VerificationFailed"],
] as const)("a listed party is in review, and decided once by a person: %s", async (isAccepted, state, event) => {
  const { tenant, kyc, requestOf } = newBank();
  const { name, state: first, hits } = await kyc.startVerification(requestOf(LISTED));
  expect([VerificationState[first], hits.length > 0]).toEqual(["IN_REVIEW", true]);
  const decision = { name, isAccepted, reason: "looked", requestId: randomUUID() };
  const decided = await kyc.decideVerification(decision);
  expect(decided).toMatchObject({ state, decision: { isAccepted, principal: "test" } });
  expect(await kyc.decideVerification(decision)).toEqual(decided);
  expect((await kyc.refreshVerification({ name })).state).toBe(state);
  expect(await refusal(kyc.decideVerification({ ...decision, requestId: randomUUID() }))).toBe(
    "VERIFICATION_STATE_NOT_ALLOWED",
  );
  expect(await wordsOf(tenant, 3)).toEqual(["VerificationStarted", "VerificationStateChanged", event]);
});

it("a document passes through, and one that breaks off leaves the verification as it was", async () => {
  const { kyc, requestOf, stateOf } = newBank();
  const { name } = await kyc.startVerification(requestOf(ANA, true));
  expect(await stateOf(name)).toBe("NEEDS_DOCUMENTS");
  fault = "breaks_upload";
  expect(VerificationState[(await kyc.uploadDocument(upload(name))).state]).toBe("UNKNOWN");
  fault = undefined;
  await eventually(() => stateOf(name)).toBe("NEEDS_DOCUMENTS");
  expect(VerificationState[(await kyc.uploadDocument(upload(name))).state]).toBe("PASSED");
});

it("is cancelled while it is open, and not after", async () => {
  const { kyc, requestOf } = newBank();
  const { name } = await kyc.startVerification(requestOf(ANA, true));
  const request = { name, requestId: randomUUID() };
  const cancelled = await kyc.cancelVerification(request);
  expect(VerificationState[cancelled.state]).toBe("CANCELLED");
  expect(await kyc.cancelVerification(request)).toEqual(cancelled);
  const passed = await kyc.startVerification(requestOf());
  expect(await refusal(kyc.cancelVerification({ name: passed.name, requestId: randomUUID() }))).toBe(
    "VERIFICATION_STATE_NOT_ALLOWED",
  );
});

it.each([
  ["hangs", "CANCELLED"],
  ["hangs_after", "PASSED"],
  ["unknown_enum", "PASSED"],
] as const)("a vendor that %s leaves it UNKNOWN, which becomes %s", async (kind, end) => {
  const { kyc, requestOf, stateOf } = newBank();
  fault = kind;
  const { name, state } = await kyc.startVerification(requestOf());
  expect(VerificationState[state]).toBe("UNKNOWN");
  await eventually(() => stateOf(name)).toBe(end);
});

it("screens a party and names the lists", async () => {
  const { kyc } = newBank();
  const found = await kyc.screenParty({ party: { person: { case: "naturalPerson", value: LISTED } } });
  expect([found.vendor, found.hits.length > 0]).toEqual(["scripted", true]);
  expect((await kyc.listScreeningLists({})).lists.map(({ id }) => id)).toEqual(["reference"]);
});

it("a verification that passed expires by itself, with its event", async () => {
  const { tenant, kyc, requestOf, stateOf } = newBank();
  const { name } = await kyc.startVerification({ ...requestOf(), validDuration: { seconds: 1n } });
  await eventually(() => stateOf(name)).toBe("EXPIRED");
  expect(await wordsOf(tenant, 3)).toEqual(["VerificationStarted", "VerificationPassed", "VerificationExpired"]);
});

it("a monitored party that is listed since is told once, and stays passed", async () => {
  const { tenant, kyc, requestOf, stateOf } = newBank();
  const { name } = await kyc.startVerification({ ...requestOf(), isMonitored: true });
  const [row] = await service.sql()`select reference from verifications where id = ${name.split("/")[1] ?? ""}`;
  listed.add(String(row?.["reference"]));
  await eventually(async () => (await kyc.getVerification({ name })).hits.length).toBe(1);
  expect(await stateOf(name)).toBe("PASSED");
  const polled = async () =>
    Number((await service.sql()`select cursor from monitoring where tenant_id = ${tenant}`)[0]?.["cursor"]);
  await eventually(polled).toBe(1);
  expect(await wordsOf(tenant, 3)).toEqual(["VerificationStarted", "VerificationPassed", "PartyListed"]);
});

it("an upload that begins without a header is refused", async () => {
  const { kyc } = newBank();
  async function* headless(): AsyncGenerator<MessageInitShape<typeof UploadDocumentRequestSchema>> {
    yield { part: { case: "chunk", value: greyImage(8, 8) } };
  }
  expect(await refusal(kyc.uploadDocument(headless()))).toBe("UPLOAD_INVALID");
});
