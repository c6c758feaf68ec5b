/** Challenges: what is asked, what passes, and what does not. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { LivenessFailure, LivenessChallenge_State as State } from "#gen/malla/biometrics/v1/liveness_pb.js";
import type { ClauseGroup } from "../kit/clause.ts";
import { type BiometricsBench, bioClause, refusalOf } from "./bench.ts";

const feature = "biometrics.liveness";
const FRAMES = ["frame_straight", "frames_turn_left", "frames_turn_right", "frames_look_up"];

export const challenges: ClauseGroup<BiometricsBench> = {
  name: "challenges",
  clauses: [
    bioClause(
      "BIO-050",
      "asks for two or more actions, with a nonce of its own, within the time",
      async (bench) => {
        const before = Date.now();
        const [one, two] = [await bench.challenge(60), await bench.challenge(60)];
        assert.equal(one.state, State.OPEN);
        assert.ok(one.actions.length >= 2, "two or more actions");
        assert.notEqual(two.nonce, one.nonce);
        assert.notEqual(two.challenge, one.challenge);
        assert.ok(one.expireTime !== undefined);
        const seconds = (timestampMs(one.expireTime) - before) / 1_000;
        assert.ok(seconds > 0 && seconds < 65, "an end within the time asked for");
      },
      { feature },
    ),
    bioClause(
      "BIO-051",
      "fails a picture that does not move",
      async (bench) => {
        const { challenge, nonce, actions } = await bench.challenge();
        const { content } = await bench.image("face_a1");
        const start = Date.now();
        const still = [content, ...actions.map(() => content)].map((one, index) => ({
          // Other bytes, the same picture: what follows the end of a file is not looked at.
          content: new Uint8Array([...one, index]),
          nonce,
          captureMs: start + index * 100,
        }));
        assert.equal((await bench.answer(challenge, still)).state, State.FAILED);
      },
      { feature, needs: ["face_a1"] },
    ),
    bioClause(
      "BIO-052",
      "fails frames with another challenge's nonce",
      async (bench) => {
        const [mine, other] = [await bench.challenge(), await bench.challenge()];
        const frames = (await bench.framesFor(mine)).map((frame) => ({ ...frame, nonce: other.nonce }));
        await expectFailed(bench, mine.challenge, frames, LivenessFailure.NONCE_MISMATCH);
      },
      { feature, needs: FRAMES },
    ),
    bioClause(
      "BIO-053",
      "takes one answer",
      async (bench) => {
        const mine = await bench.challenge();
        const frames = (await bench.framesFor(mine)).map((frame) => ({ ...frame, nonce: "x".repeat(16) }));
        await bench.answer(mine.challenge, frames);
        assert.equal(await refusalOf(bench.answer(mine.challenge, frames)), "CHALLENGE_NOT_OPEN");
      },
      { feature, needs: FRAMES },
    ),
    bioClause(
      "BIO-054",
      "answers EXPIRED after the time",
      async (bench) => {
        const mine = await bench.challenge(1);
        assert.ok(mine.expireTime !== undefined);
        await pause(Math.max(0, timestampMs(mine.expireTime) - Date.now()) + 50);
        assert.equal((await bench.answer(mine.challenge, await bench.framesFor(mine))).state, State.EXPIRED);
      },
      { feature, needs: FRAMES },
    ),
    bioClause(
      "BIO-055",
      "passes a person who does what was asked",
      async (bench) => {
        const mine = await bench.challenge();
        const { state, failure } = await bench.answer(mine.challenge, await bench.framesFor(mine));
        assert.deepEqual({ state, failure }, { state: State.PASSED, failure: LivenessFailure.UNSPECIFIED });
      },
      { feature, needs: FRAMES },
    ),
    bioClause(
      "BIO-056",
      "fails frames of an earlier challenge",
      async (bench) => {
        const first = await bench.challenge();
        await bench.answer(first.challenge, await bench.framesFor(first));
        const second = await bench.challenge();
        await expectFailed(bench, second.challenge, await bench.framesFor(second), LivenessFailure.FRAMES_REPEATED);
      },
      { feature, needs: FRAMES },
    ),
    bioClause(
      "BIO-057",
      "fails frames out of time",
      async (bench) => {
        const changes = [
          (captureMs: number) => -captureMs + 2 * Date.now(),
          (captureMs: number) => captureMs - 3_600_000,
          (captureMs: number) => captureMs + 3_600_000,
        ];
        for (const change of changes) {
          const mine = await bench.challenge();
          const frames = (await bench.framesFor(mine)).map((frame) => ({
            ...frame,
            captureMs: change(frame.captureMs),
          }));
          await expectFailed(bench, mine.challenge, frames, LivenessFailure.FRAMES_NOT_FRESH);
        }
      },
      { feature, needs: FRAMES },
    ),
    bioClause(
      "BIO-058",
      "says afterwards how it ended",
      async (bench) => {
        const mine = await bench.challenge();
        assert.equal((await bench.vendor.readChallenge({ challenge: mine.challenge })).state, State.OPEN);
        const frames = (await bench.framesFor(mine)).map((frame) => ({ ...frame, captureMs: Date.now() - 3_600_000 }));
        const ended = await bench.answer(mine.challenge, frames);
        assert.deepEqual(await bench.vendor.readChallenge({ challenge: mine.challenge }), ended);
      },
      { feature, needs: FRAMES },
    ),
  ],
};

async function expectFailed(
  bench: BiometricsBench,
  challenge: string,
  frames: Parameters<BiometricsBench["answer"]>[1],
  failure: LivenessFailure,
): Promise<void> {
  const ended = await bench.answer(challenge, frames);
  assert.deepEqual({ state: ended.state, failure: ended.failure }, { state: State.FAILED, failure });
}
