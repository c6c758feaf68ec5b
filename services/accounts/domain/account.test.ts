import { describe, expect, it } from "vitest";
import { blocked, closed, unblocked } from "./account.ts";
import { anAccount } from "./testing/build.ts";

const at = new Date("2026-01-02T00:00:00Z");
const quiet = { operationsUnderWay: false, balance: 0n };

describe("an account", () => {
  it("moves between open and blocked", () => {
    expect(blocked(anAccount(), at)).toMatchObject({ state: "blocked", updateTime: at });
    expect(unblocked(anAccount({ state: "blocked" }), at)).toMatchObject({ state: "open", updateTime: at });
  });

  it("stays untouched where it is in that state already", () => {
    const open = anAccount();
    const halted = anAccount({ state: "blocked" });
    expect(unblocked(open, at)).toBe(open);
    expect(blocked(halted, at)).toBe(halted);
  });

  it("is closed for good", () => {
    const ended = anAccount({ state: "closed" });
    expect(blocked(ended, at)).toBe("account_closed");
    expect(unblocked(ended, at)).toBe("account_closed");
    expect(closed(ended, quiet, at)).toBe("account_not_open");
  });

  it.each([
    ["open", quiet, "closed"],
    ["open", { operationsUnderWay: false, balance: 1n }, "balance_must_be_zero"],
    ["open", { operationsUnderWay: false, balance: -1n }, "balance_must_be_zero"],
    ["open", { operationsUnderWay: true, balance: 1n }, "operations_under_way"],
    ["blocked", { operationsUnderWay: true, balance: 1n }, "account_not_open"],
  ] as const)("that is %s, with %o, ends as %s", (state, facts, expected) => {
    const after = closed(anAccount({ state }), facts, at);
    expect(typeof after === "string" ? after : after.state).toBe(expected);
  });
});
