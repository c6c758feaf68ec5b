/** Challenges: made, answered by frames, read. */
import { createHash } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type AnswerChallengeRequest,
  BiometricsProviderService,
  ProviderChallengeSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import {
  LivenessAction,
  LivenessChallenge_State,
  LivenessFailure,
  type LivenessFrame,
} from "#gen/malla/biometrics/v1/liveness_pb.js";
import { idempotent } from "#platform/idempotency/idempotent.ts";
import { type Call, callOf } from "#platform/rpc/call.ts";
import type { FaceDeps, FaceHandlers } from "./deps.ts";
import { refused } from "./errors.ts";
import type { Face } from "./face.ts";
import { type Action, type Failure, faultOfFaces, faultOfFrames, MAX_FRAMES } from "./judge-frames.ts";
import { faultOfSight } from "./one-face.ts";
import {
  endChallenge,
  findChallenge,
  insertChallenge,
  keepFrames,
  type StoredChallenge,
  takeAnswer,
} from "./store/challenge-store.ts";

/** Actions that are asked for: with three to choose from, a recording made before fits one in twelve. */
const ACTIONS = 3;

const { method } = BiometricsProviderService;

/** Makes a challenge. */
export function openChallenge(deps: FaceDeps): FaceHandlers["openChallenge"] {
  return (request, context) => {
    const call = callOf(context);
    return deps.database.tenant(call, (transaction) =>
      idempotent(transaction, call, method.openChallenge, request, async () => {
        const openTime = deps.now();
        const made: StoredChallenge = {
          id: deps.newId(),
          actions: chooseActions(deps),
          nonce: deps.newNonce(),
          openTime,
          expireTime: new Date(openTime.getTime() + request.validSeconds * 1_000),
          isAnswered: false,
          state: "open",
          failure: undefined,
        };
        await insertChallenge(transaction, call.tenant, made);
        return create(ProviderChallengeSchema, fromChallenge(made, openTime));
      }),
    );
  };
}

/** Judges the frames of an answer. */
export function answerChallenge(deps: FaceDeps): FaceHandlers["answerChallenge"] {
  return async (requests, context) => {
    const call = callOf(context);
    const { challenge: id, frames } = await readAnswer(requests);
    const at = deps.now();
    const challenge = await deps.database.tenant(call, async (transaction) => {
      const found = await findChallenge(transaction, id, true);
      if (found === undefined) {
        throw refused("challenge_not_found");
      }
      if (found.isAnswered || found.state !== "open") {
        throw refused("challenge_not_open");
      }
      await takeAnswer(transaction, found.id, at);
      return found;
    });
    const ended = await judged(deps, call, challenge, frames, at);
    await deps.database.tenant(call, (transaction) => endChallenge(transaction, ended));
    return fromChallenge(ended, at);
  };
}

/** Says where a challenge stands. */
export function readChallenge(deps: FaceDeps): FaceHandlers["readChallenge"] {
  return async (request, context) => {
    const found = await deps.database.tenant(callOf(context), (transaction) =>
      findChallenge(transaction, request.challenge),
    );
    if (found === undefined) {
      throw refused("challenge_not_found");
    }
    return fromChallenge(found, deps.now());
  };
}

/** A challenge as the contract has it: open until its time is over, whatever became of an answer that was lost. */
export function fromChallenge(
  { id, actions, nonce, expireTime, state, failure }: StoredChallenge,
  at: Date,
): MessageInitShape<typeof ProviderChallengeSchema> {
  return {
    challenge: id,
    state: STATES[state === "open" && at > expireTime ? "expired" : state],
    actions: actions.map((action) => ACTION_NUMBERS[action]),
    nonce,
    expireTime: timestampFromDate(expireTime),
    failure: failure === undefined ? LivenessFailure.UNSPECIFIED : FAILURES[failure],
  };
}

async function judged(
  deps: FaceDeps,
  call: Call,
  challenge: StoredChallenge,
  frames: readonly LivenessFrame[],
  at: Date,
): Promise<StoredChallenge> {
  if (at > challenge.expireTime) {
    return { ...challenge, state: "expired" };
  }
  const failure = await failureOf(deps, call, challenge, frames);
  return failure === undefined ? { ...challenge, state: "passed" } : { ...challenge, state: "failed", failure };
}

async function failureOf(
  deps: FaceDeps,
  call: Call,
  challenge: StoredChallenge,
  frames: readonly LivenessFrame[],
): Promise<Failure | undefined> {
  const facts = frames.map(({ nonce, captureTime, image }) => ({
    nonce,
    captureMs: captureTime === undefined ? 0 : timestampDate(captureTime).getTime(),
    digest: createHash("sha256").update(contentOf(image)).digest("hex"),
  }));
  const { nonce, openTime, expireTime } = challenge;
  const early = faultOfFrames({ nonce, openMs: openTime.getTime(), expireMs: expireTime.getTime() }, facts);
  if (early !== undefined) {
    return early;
  }
  const faces: Face[] = [];
  const digests: Buffer[] = [];
  for (const { image } of frames) {
    const sight = await deps.looker.see(contentOf(image), call.signal);
    if ("fault" in sight) {
      return "image_invalid";
    }
    digests.push(Buffer.from(sight.digest));
    if (faultOfSight(sight, deps.vendor.scale.minFacePixels) !== undefined) {
      return "face_unclear";
    }
    faces.push(...sight.faces);
  }
  const fresh = await deps.database.tenant(call, (transaction) =>
    keepFrames(transaction, call.tenant, challenge.id, digests),
  );
  if (fresh < digests.length) {
    return "frames_repeated";
  }
  return faultOfFaces(challenge.actions, faces, deps.vendor.scale);
}

/** The stream: a challenge, then frames; no more of them kept than could pass. */
async function readAnswer(requests: AsyncIterable<AnswerChallengeRequest>) {
  let challenge: string | undefined;
  const frames: LivenessFrame[] = [];
  for await (const { step } of requests) {
    if ((step.case === "challenge") !== (challenge === undefined)) {
      throw refused("stream_invalid");
    }
    if (step.case === "challenge") {
      challenge = step.value;
    } else if (step.case === "frame" && frames.length <= MAX_FRAMES) {
      frames.push(step.value);
    }
  }
  if (challenge === undefined) {
    throw refused("stream_invalid");
  }
  return { challenge, frames };
}

/** Actions in a random order, none twice in a row: held once, it would be seen twice. */
function chooseActions({ vendor, random }: FaceDeps): Action[] {
  const chosen: Action[] = [];
  while (chosen.length < ACTIONS) {
    const others = vendor.actions.filter((action) => action !== chosen.at(-1));
    const action = others[random(others.length)];
    if (action === undefined) {
      throw new Error("a vendor of challenges recognises at least two actions");
    }
    chosen.push(action);
  }
  return chosen;
}

function contentOf(image: LivenessFrame["image"]): Uint8Array {
  return image?.content ?? new Uint8Array();
}

const STATES = {
  open: LivenessChallenge_State.OPEN,
  passed: LivenessChallenge_State.PASSED,
  failed: LivenessChallenge_State.FAILED,
  expired: LivenessChallenge_State.EXPIRED,
} as const;

const ACTION_NUMBERS: Readonly<Record<Action, LivenessAction>> = {
  turn_left: LivenessAction.TURN_LEFT,
  turn_right: LivenessAction.TURN_RIGHT,
  look_up: LivenessAction.LOOK_UP,
  open_mouth: LivenessAction.OPEN_MOUTH,
};

const FAILURES: Readonly<Record<Failure, LivenessFailure>> = {
  frame_count: LivenessFailure.FRAME_COUNT,
  nonce_mismatch: LivenessFailure.NONCE_MISMATCH,
  frames_not_fresh: LivenessFailure.FRAMES_NOT_FRESH,
  frames_repeated: LivenessFailure.FRAMES_REPEATED,
  image_invalid: LivenessFailure.IMAGE_INVALID,
  face_unclear: LivenessFailure.FACE_UNCLEAR,
  different_person: LivenessFailure.DIFFERENT_PERSON,
  action_not_seen: LivenessFailure.ACTION_NOT_SEEN,
};
