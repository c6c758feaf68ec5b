/** How the reference judges an answer to a challenge. */
import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import {
  type AnswerChallengeRequest,
  type ProviderChallenge,
  ProviderChallengeSchema,
} from "#gen/malla/biometrics/v1/biometrics_provider_service_pb.js";
import {
  LivenessFailure,
  type LivenessFrame,
  LivenessChallenge_State as State,
} from "#gen/malla/biometrics/v1/liveness_pb.js";
import { rpcError } from "#platform/errors/rpc-error.ts";
import { type Album, keyOf } from "./albums.ts";
import type { Books } from "./books.ts";

const SKEW_MS = 5_000;

/** Reads the stream, and ends the challenge. */
export async function judge(
  requests: AsyncIterable<AnswerChallengeRequest>,
  books: Books,
  album: Album,
): Promise<ProviderChallenge> {
  let name = "";
  const frames: LivenessFrame[] = [];
  for await (const { step } of requests) {
    if (step.case === "challenge") {
      name = step.value;
    } else if (step.case === "frame") {
      frames.push(step.value);
    }
  }
  const challenge = books.challenges.get(name);
  if (challenge === undefined) {
    throw refused(Code.NotFound, "CHALLENGE_NOT_FOUND");
  }
  if (challenge.state !== State.OPEN) {
    throw refused(Code.FailedPrecondition, "CHALLENGE_NOT_OPEN");
  }
  const ended = create(ProviderChallengeSchema, { ...challenge, ...verdictOn(challenge, frames, books, album) });
  books.challenges.set(name, ended);
  return ended;
}

function verdictOn(challenge: ProviderChallenge, frames: readonly LivenessFrame[], books: Books, album: Album) {
  const endMs = challenge.expireTime === undefined ? 0 : timestampMs(challenge.expireTime);
  if (Date.now() > endMs) {
    return { state: State.EXPIRED };
  }
  const failure = failureOf(challenge, frames, endMs, books, album);
  return failure === undefined ? { state: State.PASSED } : { state: State.FAILED, failure };
}

function failureOf(
  { nonce, actions }: ProviderChallenge,
  frames: readonly LivenessFrame[],
  endMs: number,
  books: Books,
  album: Album,
): LivenessFailure | undefined {
  if (frames.some((frame) => frame.nonce !== nonce)) {
    return LivenessFailure.NONCE_MISMATCH;
  }
  const times = frames.map(({ captureTime }) => (captureTime === undefined ? 0 : timestampMs(captureTime)));
  const isFresh = times.every(
    (time, index) => Math.abs(time - Date.now()) < endMs - Date.now() + SKEW_MS && time > (times[index - 1] ?? 0),
  );
  if (!isFresh) {
    return LivenessFailure.FRAMES_NOT_FRESH;
  }
  const contents = frames.map(({ image }) => image?.content ?? new Uint8Array());
  const keys = contents.map(keyOf);
  if (new Set(keys).size < keys.length || keys.some((key) => books.frames.has(key))) {
    return LivenessFailure.FRAMES_REPEATED;
  }
  for (const key of keys) {
    books.frames.add(key);
  }
  const done = contents.slice(1).map((content) => album(content)?.action);
  return actions.every((action, index) => done[index] === action) ? undefined : LivenessFailure.ACTION_NOT_SEEN;
}

function refused(code: Code, reason: string) {
  return rpcError({ code, reason, domain: "biometrics.malla", message: reason });
}
