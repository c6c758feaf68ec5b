/** What the clauses of biometrics work with: a vendor, pictures by the names of parameters, and short words for its calls. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, ConnectError } from "@connectrpc/connect";
import type {
  BiometricsProviderService,
  ProviderChallenge,
  ProviderTemplate,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import { LivenessAction } from "#gen/malla/biometrics/v1/liveness_pb.js";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { type Clause, type ClauseOptions, clause } from "../kit/clause.ts";
import type { Target } from "../kit/suite.ts";

/** A vendor of biometrics. */
export type BiometricsClient = Client<typeof BiometricsProviderService>;

/** A frame to answer with. */
export interface Frame {
  readonly content: Uint8Array;
  readonly nonce: string;
  readonly captureMs: number;
}

/** What clauses talk to. */
export interface BiometricsBench {
  readonly target: Target<typeof BiometricsProviderService>;
  readonly vendor: BiometricsClient;
  /** The picture that a parameter names. */
  image(parameter: string): Promise<{ content: Uint8Array }>;
  enrol(parameter: string, requestId?: string): Promise<ProviderTemplate>;
  challenge(validSeconds?: number): Promise<ProviderChallenge>;
  /** Frames of a person who does what the challenge asks. */
  framesFor(challenge: ProviderChallenge): Promise<Frame[]>;
  answer(challenge: string, frames: readonly Frame[]): Promise<ProviderChallenge>;
}

/** Deadline of calls that look at many pictures, in milliseconds. */
const TIMEOUT_MS = 30_000;
/** Time between two frames, in milliseconds. */
const FRAME_MS = 100;

/** Parameters that name frames of an action: two files or more, by commas. */
export const FRAME_PARAMETERS: Readonly<Partial<Record<LivenessAction, string>>> = {
  [LivenessAction.TURN_LEFT]: "frames_turn_left",
  [LivenessAction.TURN_RIGHT]: "frames_turn_right",
  [LivenessAction.LOOK_UP]: "frames_look_up",
};

/** Makes what a clause is given. */
export function openBench(target: Target<typeof BiometricsProviderService>): BiometricsBench {
  const vendor = target.client({ timeoutMs: TIMEOUT_MS });
  const image = async (parameter: string) => ({ content: new Uint8Array(await readFile(target.parameter(parameter))) });
  return {
    target,
    vendor,
    image,
    enrol: async (parameter, requestId = randomUUID()) =>
      vendor.createTemplate({ image: await image(parameter), requestId }),
    challenge: (validSeconds = 60) => vendor.openChallenge({ validSeconds, requestId: randomUUID() }),
    framesFor: (challenge) => framesFor(target, challenge),
    answer: (challenge, frames) => vendor.answerChallenge(stepsOf(challenge, frames)),
  };
}

/** Writes a clause of biometrics down. */
export function bioClause(
  id: string,
  says: string,
  check: (bench: BiometricsBench) => Promise<void>,
  options: ClauseOptions = {},
): Clause<BiometricsBench> {
  return clause(id, says, check, options);
}

/** The reason that a call is refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  return error === undefined ? "was not refused" : (errorInfoOf(ConnectError.from(error))?.reason ?? String(error));
}

/** The steps of an answer. */
export async function* stepsOf(challenge: string, frames: readonly Frame[]) {
  yield { step: { case: "challenge" as const, value: challenge } };
  for (const { content, nonce, captureMs } of frames) {
    yield {
      step: {
        case: "frame" as const,
        value: { image: { content }, nonce, captureTime: timestampFromMs(captureMs) },
      },
    };
  }
}

async function framesFor(
  target: Target<typeof BiometricsProviderService>,
  { actions, nonce }: ProviderChallenge,
): Promise<Frame[]> {
  const used = new Map<string, number>();
  const files = actions.map((action) => {
    const parameter = FRAME_PARAMETERS[action];
    if (parameter === undefined) {
      throw new Error(`no parameter has frames of action ${LivenessAction[action]}`);
    }
    const index = used.get(parameter) ?? 0;
    used.set(parameter, index + 1);
    const file = target.parameter(parameter).split(",")[index];
    if (file === undefined) {
      throw new Error(`${parameter} has fewer files than the challenge asks for`);
    }
    return file;
  });
  const start = Date.now();
  return Promise.all(
    [target.parameter("frame_straight"), ...files].map(async (file, index) => ({
      content: new Uint8Array(await readFile(file)),
      nonce,
      captureMs: start + index * FRAME_MS,
    })),
  );
}
