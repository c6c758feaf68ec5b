import { describe, expect, it } from "vitest";
import { answering, type Challenge, type ChallengeState, reopened, settled, stateAt } from "./challenge.ts";

const at = new Date("2026-01-02T03:04:05Z");
const later = new Date("2026-01-02T03:14:05Z");
const inState = (state: ChallengeState): Challenge => ({
  id: "c",
  subject: "customers/1",
  state,
  actions: [1, 2],
  nonce: "n",
  expireTime: at,
  failure: 0,
  vendor: "face-api",
  reference: "r",
  createTime: at,
  updateTime: at,
});

describe("an answer", () => {
  it.each([
    ["open", at, "unknown"],
    ["open", later, "challenge_not_open"],
    ["passed", at, "challenge_not_open"],
    ["failed", at, "challenge_not_open"],
    ["expired", at, "challenge_not_open"],
    ["unknown", at, "challenge_not_open"],
  ] as const)("to a challenge that is %s at %s is %s", (state, when, after) => {
    const outcome = answering(inState(state), when);
    expect(typeof outcome === "string" ? outcome : outcome.state).toBe(after);
  });

  it("to a challenge that nobody made is refused", () => {
    expect(answering(undefined, at)).toBe("challenge_not_found");
  });

  it.each([
    ["unknown", "passed", "passed"],
    ["unknown", "failed", "failed"],
    ["unknown", "expired", "expired"],
    ["unknown", "open", undefined],
    ["open", "passed", undefined],
    ["failed", "passed", undefined],
  ] as const)("that left it %s, once the vendor says %s, makes it %s", (state, verdict, after) => {
    expect(settled(inState(state), { state: verdict, failure: 0 }, at)?.state).toBe(after);
  });

  it("that never left opens it again, but nothing else does", () => {
    expect(reopened(inState("unknown"), at)?.state).toBe("open");
    expect(reopened(inState("passed"), at)).toBeUndefined();
  });
});

it("an open challenge whose time is over reads as expired", () => {
  expect(stateAt(inState("open"), at)).toBe("open");
  expect(stateAt(inState("open"), later)).toBe("expired");
  expect(stateAt(inState("unknown"), later)).toBe("unknown");
});
