import { describe, expect, it } from "vitest";
import type { Face } from "./face.ts";
import { type Action, faultOfFaces, faultOfFrames } from "./judge-frames.ts";
import type { Scale } from "./scale.ts";

const challenge = { nonce: "n", openMs: 100_000, expireMs: 160_000 };
const frame = (captureMs: number, digest: string, nonce = "n") => ({ captureMs, digest, nonce });

describe("frames, before anybody looks at them,", () => {
  it.each([
    ["pass", [frame(101_000, "a"), frame(102_000, "b")], undefined],
    ["are too few", [frame(101_000, "a")], "frame_count"],
    ["are too many", Array.from({ length: 13 }, (_, i) => frame(101_000 + i, `${i}`)), "frame_count"],
    ["have another nonce", [frame(101_000, "a"), frame(102_000, "b", "m")], "nonce_mismatch"],
    ["fall in time", [frame(102_000, "a"), frame(101_000, "b")], "frames_not_fresh"],
    ["stand in time", [frame(101_000, "a"), frame(101_000, "b")], "frames_not_fresh"],
    ["are too early", [frame(90_000, "a"), frame(101_000, "b")], "frames_not_fresh"],
    ["are too late", [frame(101_000, "a"), frame(170_000, "b")], "frames_not_fresh"],
    ["come twice", [frame(101_000, "a"), frame(102_000, "a")], "frames_repeated"],
  ])("%s", (_what, frames, fault) => {
    expect(faultOfFrames(challenge, frames)).toBe(fault);
  });
});

describe("faces", () => {
  const scale: Scale = {
    score: (one, other) => (one[0] === other[0] ? 10_000 : 0),
    thresholdBasisPoints: 5_000,
    falseAcceptOneIn: 100,
    minFacePixels: 1,
    moves: { yaw: 0.1, pitch: 0.1, mouthOpen: 0.1 },
  };
  const face = (yaw: number, pitch = 0, mouthOpen = 0, person = 1): Face => ({
    confidence: 1,
    sizePixels: 100,
    descriptor: Float32Array.of(person),
    pose: { yaw, pitch, mouthOpen },
  });
  const straight = face(0.02);
  it.each<[string, Action[], Face[], string | undefined]>([
    ["do what was asked", ["turn_left", "turn_right"], [straight, face(0.2), face(-0.2)], undefined],
    ["do it between others", ["turn_left", "look_up"], [straight, face(0.2), face(0), face(0, 0.2)], undefined],
    ["open the mouth", ["open_mouth"], [straight, face(0, 0, 0.2)], undefined],
    ["do it in another order", ["turn_left", "turn_right"], [straight, face(-0.2), face(0.2)], "action_not_seen"],
    ["do less", ["turn_left", "turn_right"], [straight, face(0.2)], "action_not_seen"],
    ["move too little", ["turn_left"], [straight, face(0.11)], "action_not_seen"],
    ["turn while they rise", ["look_up"], [straight, face(0.3, 0.2)], "action_not_seen"],
    ["change", ["turn_left"], [straight, face(0.2, 0, 0, 2)], "different_person"],
    ["are none", ["turn_left"], [], "face_unclear"],
  ])("%s", (_what, actions, faces, fault) => {
    expect(faultOfFaces(actions, faces, scale)).toBe(fault);
  });
});
