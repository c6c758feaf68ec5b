import { describe, expect, it } from "vitest";
import {
  deleted,
  deleting,
  type EnrolmentOutcome,
  enrolled,
  isHeld,
  pendingTemplate,
  type Template,
  type TemplateState,
  usable,
} from "./template.ts";

const at = new Date("2026-01-02T03:04:05Z");
const digest = Buffer.alloc(32, 1);
const inState = (state: TemplateState): Template => ({
  ...pendingTemplate("t", "customers/1", at),
  state,
  vendor: "face-api",
  reference: "r",
  sealedDigest: digest,
});

describe("an enrolment", () => {
  const outcomes: Record<string, EnrolmentOutcome> = {
    enrolled: { kind: "enrolled", vendor: "face-api", reference: "r", sealedDigest: digest },
    rejected: { kind: "rejected", reason: "no_face" },
    unknown: { kind: "unknown", vendor: "face-api" },
  };
  it.each([
    ["pending", "enrolled", "active"],
    ["pending", "rejected", "rejected"],
    ["pending", "unknown", "unknown"],
    ["unknown", "enrolled", "active"],
    ["unknown", "rejected", "rejected"],
    ["unknown", "unknown", undefined],
    ["active", "rejected", undefined],
    ["rejected", "enrolled", undefined],
    ["deleting", "enrolled", undefined],
    ["deleted", "enrolled", undefined],
  ] as const)("that is %s, once %s, becomes %s", (state, outcome, after) => {
    expect(enrolled(inState(state), outcomes[outcome] ?? { kind: "unknown", vendor: undefined }, at)?.state).toBe(
      after,
    );
  });
});

describe("a template", () => {
  it.each([
    ["pending", "template_not_active"],
    ["unknown", "template_not_active"],
    ["rejected", "template_not_active"],
    ["deleting", "template_not_found"],
    ["deleted", "template_not_found"],
  ] as const)("that is %s is refused with %s", (state, refusal) => {
    expect(usable(inState(state))).toBe(refusal);
  });

  it("that is active may be used, deleted once, and then is gone", () => {
    const active = usable(inState("active"));
    if (typeof active === "string") throw new Error(active);
    const going = deleting(active, "request", at);
    expect(deleted(going, at, at)).toMatchObject({ state: "deleted", eraseTime: at });
    expect(deleted(active, at, at)).toBeUndefined();
    expect(usable(going)).toBe("template_not_found");
    expect(isHeld(going)).toBe(true);
  });

  it("that nobody made is not found", () => {
    expect(usable(undefined)).toBe("template_not_found");
  });
});
