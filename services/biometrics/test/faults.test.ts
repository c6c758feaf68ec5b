/** Vendors that hang, die, talk nonsense or hold what is not theirs: what the service makes of it, and how it ends. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import {
  BiometricsProviderService,
  ProviderChallengeSchema,
  ProviderTemplateSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { BiometricsService } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { LivenessAction, LivenessChallenge_State } from "#gen/malla/biometrics/v1/liveness_pb.js";
import { RejectionReason, Template_State } from "#gen/malla/biometrics/v1/template_pb.js";
import type { VendorProgram } from "#platform/lifecycle/vendor.ts";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import { startTestVendor, type TestVendor } from "#platform/testing/vendor.ts";
import { readAlbum } from "../../../conformance/biometrics/reference/albums.ts";
import { writeReferencePictures } from "../../../conformance/biometrics/reference/pictures.ts";
import { type BiometricsVendor, createReference } from "../../../conformance/biometrics/reference/reference.ts";
import { biometricsProgram } from "../service.ts";

const pictures = writeReferencePictures();
const reference = createReference(readAlbum(pictures)).vendor;
/** What the vendor does otherwise than the reference, now. */
let faults: Partial<BiometricsVendor> = {};
let service: TestService;
let vendor: TestVendor<typeof BiometricsProviderService>;
let tenants = 0;

/** The reference as a process, but for its faults. */
const program: VendorProgram<typeof BiometricsProviderService, Record<never, never>> = {
  capability: "biometrics",
  vendor: "reference",
  service: BiometricsProviderService,
  settings: {},
  open: () => ({
    implementation: new Proxy(reference, {
      get:
        (of, name) =>
        (...given: unknown[]) =>
          (Reflect.get(faults, name) ?? Reflect.get(of, name))(...given),
    }),
  }),
};

beforeAll(async () => {
  vendor = await startTestVendor(program);
  service = await startTestService(biometricsProgram, {
    env: {
      MALLA_FIXED_VENDORS: `reference=${vendor.address}`,
      MALLA_BIOMETRICS_RESOLVE_AFTER_MS: "100",
      MALLA_LOG_LEVEL: "fatal",
    },
  });
});
afterAll(async () => {
  await service.stop();
  await vendor.stop();
});

const client = (timeoutMs = 10_000) =>
  service.client(BiometricsService, { tenant: `t-biofault-${process.pid}-${tenants++}`, timeoutMs });
const picture = async (name: string) => ({ content: new Uint8Array(await readFile(pictures[name] ?? "")) });
const enrolment = async (name = "face_a1") => ({
  subject: "customers/1",
  image: await picture(name),
  requestId: randomUUID(),
});
const never = (context: { signal: AbortSignal }) =>
  new Promise<never>((_resolve, reject) => {
    context.signal.addEventListener("abort", () => reject(context.signal.reason), { once: true });
  });

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("was not refused"),
    (failure: unknown) => failure,
  );
  const known = ConnectError.from(error);
  return `${Code[known.code]} ${known.findDetails(ErrorInfoSchema)[0]?.reason}`;
}

/** Enrols while the vendor has a fault; answers how the template ends once it has none. */
async function enrolled(broken: Partial<BiometricsVendor>) {
  const caller = client();
  faults = broken;
  const template = await caller.enrollTemplate(await enrolment());
  expect(template.state).toBe(Template_State.UNKNOWN);
  faults = {};
  return vi.waitFor(
    async () => {
      const now = await caller.getTemplate({ name: template.name });
      expect(now.state).not.toBe(Template_State.UNKNOWN);
      return now;
    },
    { timeout: 10_000, interval: 100 },
  );
}

describe("an enrolment whose outcome nobody heard", () => {
  it.each<[string, BiometricsVendor["createTemplate"]]>([
    [
      "the vendor broke off after it",
      async (request, context) => {
        await reference.createTemplate(request, context);
        throw new ConnectError("gone", Code.Unavailable);
      },
    ],
    [
      "the answer breaks the contract",
      async (request, context) => {
        await reference.createTemplate(request, context);
        return create(ProviderTemplateSchema, { template: "x", sealedDigest: new Uint8Array(3) });
      },
    ],
  ])("is UNKNOWN, and ACTIVE once asked about: %s", async (_what, createTemplate) => {
    expect(await enrolled({ createTemplate })).toMatchObject({ state: Template_State.ACTIVE, vendor: "reference" });
  });

  it("is REJECTED once the vendor says that it never had it", async () => {
    const createTemplate = () => Promise.reject(new ConnectError("gone", Code.Unavailable));
    expect(await enrolled({ createTemplate })).toMatchObject({
      state: Template_State.REJECTED,
      rejectionReason: RejectionReason.REQUEST_LOST,
      vendor: "",
    });
  });

  it("ends also when the vendor hung until the caller left", async () => {
    const tenant = `t-biofault-${process.pid}-hang`;
    faults = {
      createTemplate: async (request, context) => {
        await reference.createTemplate(request, context);
        return never(context);
      },
    };
    const request = await enrolment();
    const hasty = service.client(BiometricsService, { tenant, timeoutMs: 700 });
    await hasty.enrollTemplate(request).catch((error: unknown) => ConnectError.from(error));
    faults = {};
    const patient = service.client(BiometricsService, { tenant });
    await vi.waitFor(async () => expect((await patient.enrollTemplate(request)).state).toBe(Template_State.ACTIVE), {
      timeout: 10_000,
      interval: 200,
    });
  });
});

describe("a deletion that the vendor does not confirm", () => {
  it.each<[string, BiometricsVendor["eraseTemplate"]]>([
    ["it cannot be reached", () => Promise.reject(new ConnectError("gone", Code.Unavailable))],
    [
      "its receipt is for something else",
      async (request, context) => ({
        ...(await reference.eraseTemplate(request, context)),
        sealedDigest: new Uint8Array(32),
      }),
    ],
  ])("is DELETING, no longer used, and DELETED in the end: %s", async (_what, eraseTemplate) => {
    const caller = client();
    const { name } = await caller.enrollTemplate(await enrolment());
    faults = { eraseTemplate };
    expect((await caller.deleteTemplate({ name, requestId: randomUUID() })).state).toBe(Template_State.DELETING);
    expect(await refusal(caller.getTemplate({ name }))).toBe("NotFound TEMPLATE_NOT_FOUND");
    expect((await caller.proveDeletion({ name })).state).toBe(Template_State.DELETING);
    faults = {};
    await vi.waitFor(async () => expect((await caller.proveDeletion({ name })).state).toBe(Template_State.DELETED), {
      timeout: 10_000,
      interval: 100,
    });
  });

  it("is not proven by a vendor that still has the template", async () => {
    const caller = client();
    const { name, sealedDigest } = await caller.enrollTemplate(await enrolment());
    await caller.deleteTemplate({ name, requestId: randomUUID() });
    faults = { readErasure: ({ template }) => ({ template, isErased: false, sealedDigest }) };
    expect(await refusal(caller.proveDeletion({ name }))).toBe("Unavailable VENDOR_ANSWER_INVALID");
    faults = {};
  });
});

describe("a vendor's answer", () => {
  it("with scores off the scale is not used", async () => {
    const caller = client();
    const { name } = await caller.enrollTemplate(await enrolment());
    faults = {
      matchTemplate: () => ({
        isMatch: true,
        scoreBasisPoints: 20_000,
        thresholdBasisPoints: 1,
        falseAcceptOneIn: 100,
      }),
    };
    const verify = caller.verifyTemplate({ name, image: await picture("face_a1"), requestId: randomUUID() });
    expect(await refusal(verify)).toBe("Unavailable VENDOR_ANSWER_INVALID");
    faults = {};
  });

  it("that names templates of nobody, or of another tenant, names none", async () => {
    const [mine, other] = [client(), client()];
    await mine.enrollTemplate(await enrolment());
    await other.enrollTemplate(await enrolment());
    const match = { isMatch: true, scoreBasisPoints: 9_000, thresholdBasisPoints: 1, falseAcceptOneIn: 100 };
    faults = { searchTemplates: () => ({ candidates: [{ template: randomUUID(), match }] }) };
    const found = await mine.identifyTemplate({ image: await picture("face_a1"), requestId: randomUUID() });
    expect(found.candidates).toEqual([]);
    faults = {};
  });

  it("with an action that the contract does not know is not used", async () => {
    faults = {
      openChallenge: async (request, context) =>
        create(ProviderChallengeSchema, {
          ...(await reference.openChallenge(request, context)),
          actions: [99 as LivenessAction, LivenessAction.TURN_LEFT],
        }),
    };
    const start = client().startLivenessChallenge({ subject: "customers/1", requestId: randomUUID() });
    expect(await refusal(start)).toBe("Unavailable VENDOR_ANSWER_INVALID");
    faults = {};
  });
});

describe("an answer to a challenge", () => {
  it("whose verdict nobody heard is UNKNOWN, and ends as the vendor says", async () => {
    const caller = client();
    const { name, nonce } = await caller.startLivenessChallenge({ subject: "customers/1", requestId: randomUUID() });
    faults = {
      async answerChallenge(requests, context) {
        await reference.answerChallenge(requests, context);
        throw new ConnectError("gone", Code.Unavailable);
      },
    };
    const image = await picture("frame_straight");
    async function* steps() {
      yield { step: { case: "name" as const, value: name } };
      yield { step: { case: "frame" as const, value: { image, nonce, captureTime: timestampFromMs(Date.now()) } } };
    }
    expect((await caller.answerLivenessChallenge(steps())).state).toBe(LivenessChallenge_State.UNKNOWN);
    faults = {};
    expect(await refusal(caller.answerLivenessChallenge(steps()))).toBe("FailedPrecondition CHALLENGE_NOT_OPEN");
    // The resolver leaves an answer alone until its caller's time is over.
    await service.sql()`update challenges set resolve_time = now() where state = 'unknown'`;
    await vi.waitFor(
      async () => expect((await caller.getLivenessChallenge({ name })).state).toBe(LivenessChallenge_State.FAILED),
      { timeout: 10_000, interval: 100 },
    );
  });
});
