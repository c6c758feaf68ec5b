/** The service with a real vendor: face-api's networks behind mutual TLS, PostgreSQL and NATS. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "#gen/google/rpc/error_details_pb.js";
import type { BiometricsProviderService } from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { BiometricsService } from "#gen/malla/biometrics/v1/biometrics_service_pb.js";
import { LivenessAction, LivenessChallenge_State, LivenessFailure } from "#gen/malla/biometrics/v1/liveness_pb.js";
import { Template_State } from "#gen/malla/biometrics/v1/template_pb.js";
import { startTestService, type TestService } from "#platform/testing/service.ts";
import type { TestVendor } from "#platform/testing/vendor.ts";
import { biometricsProgram } from "../service.ts";
import { program } from "../vendors/face-api/program.ts";
import { writePictures } from "../vendors/face-vendor/testing/pictures.ts";
import { startFaceVendor } from "../vendors/face-vendor/testing/start-face-vendor.ts";

let service: TestService;
let vendor: TestVendor<typeof BiometricsProviderService>;
let pictures: Readonly<Record<string, string>>;
let tenants = 0;

beforeAll(async () => {
  [vendor, pictures] = await Promise.all([startFaceVendor(program), writePictures()]);
  service = await startTestService(biometricsProgram, { env: { MALLA_FIXED_VENDORS: `face-api=${vendor.address}` } });
});
afterAll(async () => {
  await service.stop();
  await vendor.stop();
});

const newTenant = () => `t-bio-${process.pid}-${tenants++}`;
const clientOf = (tenant: string) => service.client(BiometricsService, { tenant, timeoutMs: 25_000 });
const picture = async (name: string) => ({ content: new Uint8Array(await readFile(pictures[name] ?? "")) });

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error("was not refused"),
    (failure: unknown) => failure,
  );
  const known = ConnectError.from(error);
  return `${Code[known.code]} ${known.findDetails(ErrorInfoSchema)[0]?.reason}`;
}

describe("a face", () => {
  it("is enrolled, verified, found, deleted, and proven to be gone", async () => {
    const tenant = newTenant();
    const client = clientOf(tenant);
    const enrolment = { subject: "customers/1", image: await picture("face_a1"), requestId: randomUUID() };
    const template = await client.enrollTemplate(enrolment);
    expect(template).toMatchObject({ state: Template_State.ACTIVE, vendor: "face-api", subject: "customers/1" });
    expect(await client.enrollTemplate(enrolment)).toEqual(template);
    expect(await client.getTemplate({ name: template.name })).toEqual(template);
    const { name } = template;
    const verify = async (image: string) =>
      client.verifyTemplate({ name, image: await picture(image), requestId: randomUUID() });
    expect((await verify("face_a2")).match).toMatchObject({ isMatch: true, falseAcceptOneIn: 100 });
    expect((await verify("face_b")).match?.isMatch).toBe(false);
    const found = await client.identifyTemplate({ image: await picture("face_a2"), requestId: randomUUID() });
    expect(found.candidates).toMatchObject([{ template: name, subject: "customers/1", vendor: "face-api" }]);
    expect(await refusal(client.proveDeletion({ name }))).toBe("FailedPrecondition TEMPLATE_NOT_DELETED");
    const deletion = { name, requestId: randomUUID() };
    const receipt = await client.deleteTemplate(deletion);
    expect(receipt).toMatchObject({ state: Template_State.DELETED, sealedDigest: template.sealedDigest });
    expect(await client.deleteTemplate(deletion)).toEqual(receipt);
    expect(await client.proveDeletion({ name })).toEqual(receipt);
    expect(await refusal(client.getTemplate({ name }))).toBe("NotFound TEMPLATE_NOT_FOUND");
    expect(await refusal(verify("face_a1"))).toBe("NotFound TEMPLATE_NOT_FOUND");
    const events = await service.events(tenant, 5);
    expect(events.map(({ type }) => type.split(".").at(-1))).toEqual([
      "TemplateEnrolled",
      "TemplateVerified",
      "TemplateVerified",
      "TemplatesSearched",
      "TemplateDeleted",
    ]);
  });

  it.each([
    ["no_face", "InvalidArgument NO_FACE"],
    ["several_faces", "InvalidArgument SEVERAL_FACES"],
  ])("that is %s is refused, each time again", async (name, reason) => {
    const client = clientOf(newTenant());
    const enrolment = { subject: "customers/1", image: await picture(name), requestId: randomUUID() };
    expect(await refusal(client.enrollTemplate(enrolment))).toBe(reason);
    expect(await refusal(client.enrollTemplate(enrolment))).toBe(reason);
  });

  it("of another tenant is not there", async () => {
    const enrolment = { subject: "customers/1", image: await picture("face_a1"), requestId: randomUUID() };
    const { name } = await clientOf(newTenant()).enrollTemplate(enrolment);
    const other = clientOf(newTenant());
    expect(await refusal(other.getTemplate({ name }))).toBe("NotFound TEMPLATE_NOT_FOUND");
    const image = await picture("face_a1");
    expect(await refusal(other.verifyTemplate({ name, image, requestId: randomUUID() }))).toBe(
      "NotFound TEMPLATE_NOT_FOUND",
    );
    expect((await other.identifyTemplate({ image, requestId: randomUUID() })).candidates).toEqual([]);
  });
});

describe("a challenge", () => {
  const FRAMES: Readonly<Record<number, string>> = {
    [LivenessAction.TURN_LEFT]: "frames_turn_left",
    [LivenessAction.TURN_RIGHT]: "frames_turn_right",
    [LivenessAction.LOOK_UP]: "frames_look_up",
  };

  async function* answerTo(name: string, nonce: string, actions: readonly LivenessAction[]) {
    yield { step: { case: "name" as const, value: name } };
    const start = Date.now();
    const files = ["frame_straight", ...actions.map((action) => FRAMES[action] ?? "")];
    for (const [index, parameter] of files.entries()) {
      const file = pictures[parameter]?.split(",")[files.indexOf(parameter) < index ? 1 : 0] ?? "";
      const image = { content: new Uint8Array(await readFile(file)) };
      const captureTime = timestampFromMs(start + index);
      yield { step: { case: "frame" as const, value: { image, nonce, captureTime } } };
    }
  }

  it("is passed by who does what is asked, once", async () => {
    const tenant = newTenant();
    const client = clientOf(tenant);
    const started = await client.startLivenessChallenge({ subject: "customers/1", requestId: randomUUID() });
    const { name, nonce, actions } = started;
    expect(started).toMatchObject({ state: LivenessChallenge_State.OPEN, vendor: "face-api" });
    const answered = await client.answerLivenessChallenge(answerTo(name, nonce, actions));
    expect(answered).toMatchObject({ state: LivenessChallenge_State.PASSED, failure: LivenessFailure.UNSPECIFIED });
    expect(await client.getLivenessChallenge({ name })).toEqual(answered);
    expect(await refusal(client.answerLivenessChallenge(answerTo(name, nonce, actions)))).toBe(
      "FailedPrecondition CHALLENGE_NOT_OPEN",
    );
    const events = await service.events(tenant, 2);
    expect(events.map(({ type }) => type.split(".").at(-1))).toEqual([
      "LivenessChallengeStarted",
      "LivenessChallengeEnded",
    ]);
  });

  it("stays open when the stream of its answer is malformed", async () => {
    const client = clientOf(newTenant());
    const { name } = await client.startLivenessChallenge({ subject: "customers/1", requestId: randomUUID() });
    async function* twice() {
      yield { step: { case: "name" as const, value: name } };
      yield { step: { case: "name" as const, value: name } };
    }
    expect(await refusal(client.answerLivenessChallenge(twice()))).toBe("InvalidArgument STREAM_INVALID");
    expect((await client.getLivenessChallenge({ name })).state).toBe(LivenessChallenge_State.OPEN);
  });
});
