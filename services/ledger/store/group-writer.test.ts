import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { errorInfoOf } from "#platform/errors/rpc-error.ts";
import { openGroupWriter, type Waiting } from "./group-writer.ts";

interface Named extends Waiting {
  readonly name: string;
}

/** A writer whose every group waits to be let through, and all that became of its requests. */
function bench(now = () => 0) {
  const groups: string[][] = [];
  const failures: Record<string, unknown> = {};
  const gates: PromiseWithResolvers<void>[] = [];
  let idles = 0;
  const writer = openGroupWriter<Named>(
    (group) => {
      groups.push(group.map(({ name }) => name));
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      return gate.promise;
    },
    now,
    () => {
      idles += 1;
    },
  );
  const submit = (name: string, over: Partial<Waiting> = {}) =>
    writer.submit({
      name,
      size: 1,
      deadlineMs: 100,
      fail: (error) => {
        failures[name] = error;
      },
      ...over,
    });
  /** Ends the group under way, and lets the writer take the next. */
  const end = async (error?: unknown) => {
    const gate = gates.at(-1);
    if (error === undefined) {
      gate?.resolve();
    } else {
      gate?.reject(error);
    }
    await new Promise(setImmediate);
  };
  return { writer, groups, failures, submit, end, idles: () => idles };
}

const reasonOf = (error: unknown) => (error instanceof ConnectError ? errorInfoOf(error)?.reason : error);

describe("a group", () => {
  it("is whatever arrived while the one before was under way, in order", async () => {
    const { groups, submit, end, idles } = bench();
    submit("a");
    submit("b");
    submit("c");
    expect(groups).toEqual([["a"]]);
    await end();
    expect(groups).toEqual([["a"], ["b", "c"]]);
    await end();
    expect(idles()).toBe(1);
    submit("d");
    expect(groups.at(-1)).toEqual(["d"]);
    await end();
  });

  it("holds no more items than the largest request may have", async () => {
    const { groups, submit, end } = bench();
    submit("a");
    submit("b", { size: 8_190 });
    submit("c", { size: 8_000 });
    submit("d", { size: 190 });
    submit("e");
    await end();
    await end();
    await end();
    expect(groups).toEqual([["a"], ["b"], ["c", "d"], ["e"]]);
    await end();
  });
});

it("a request whose deadline passed while it waited is not written", async () => {
  let at = 0;
  const { groups, failures, submit, end } = bench(() => at);
  submit("a");
  submit("late", { deadlineMs: 50 });
  submit("c");
  at = 50;
  await end();
  expect(groups).toEqual([["a"], ["c"]]);
  expect(reasonOf(failures["late"])).toBe("DEADLINE_PASSED");
  await end();
});

it("a queue that is full refuses with the time to come back, and takes more once it has moved", async () => {
  const { submit, end } = bench();
  submit("a");
  for (let index = 0; index < 8; index++) {
    submit(`large ${index}`, { size: 8_190 });
  }
  const refused = (() => {
    try {
      submit("one more");
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  expect(reasonOf(refused)).toBe("OVERLOADED");
  expect(ConnectError.from(refused).code).toBe(Code.ResourceExhausted);
  expect(ConnectError.from(refused).details.map((detail) => ("desc" in detail ? detail.desc.name : ""))).toContain(
    "RetryInfo",
  );
  await end();
  submit("one more");
  for (let index = 0; index < 9; index++) {
    await end();
  }
});

describe("a group that fails", () => {
  it("fails as a whole where the database is away: sending again is safe", async () => {
    const { groups, failures, submit, end } = bench();
    submit("a");
    submit("b");
    submit("c");
    await end();
    await end(meshError("DEPENDENCY_UNAVAILABLE"));
    expect(groups).toEqual([["a"], ["b", "c"]]);
    expect([failures["b"], failures["c"]].map(reasonOf)).toEqual(["DEPENDENCY_UNAVAILABLE", "DEPENDENCY_UNAVAILABLE"]);
  });

  it("is written one by one where one of its requests is at fault, so that this one fails alone", async () => {
    const { groups, failures, submit, end, idles } = bench();
    submit("a");
    submit("poison");
    submit("c");
    await end();
    const fault = new Error("cannot be written");
    await end(fault);
    await end(fault);
    await end();
    expect(groups).toEqual([["a"], ["poison", "c"], ["poison"], ["c"]]);
    expect(failures).toEqual({ poison: fault });
    expect(idles()).toBe(1);
  });
});
