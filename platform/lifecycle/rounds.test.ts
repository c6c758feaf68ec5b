import { expect, it, vi } from "vitest";
import { openLogger } from "../telemetry/log.ts";
import { startRounds } from "./rounds.ts";

const options = { everyMs: 1, log: openLogger("test", "fatal"), failed: "failed" };

it("go on after one that failed", async () => {
  const round = vi.fn(async () => false).mockRejectedValueOnce(new Error("once"));
  const rounds = startRounds(round, options);
  await vi.waitFor(() => expect(round.mock.calls.length).toBeGreaterThan(2));
  await rounds.stop();
});

it("follow without a pause while more waits", async () => {
  const round = vi.fn(async () => round.mock.calls.length < 5);
  const rounds = startRounds(round, { ...options, everyMs: 3_600_000 });
  await vi.waitFor(() => expect(round).toHaveBeenCalledTimes(5));
  await rounds.stop();
});

it("end with the one under way, and do not begin where they are stopped before the first", async () => {
  let isOver = false;
  const begun = Promise.withResolvers<void>();
  const rounds = startRounds(async (signal) => {
    begun.resolve();
    await vi.waitFor(() => expect(signal.aborted).toBe(true));
    isOver = true;
    return true;
  }, options);
  await begun.promise;
  await rounds.stop();
  expect(isOver).toBe(true);

  const never = vi.fn(async () => false);
  await startRounds(never, { ...options, firstAfterMs: 3_600_000 }).stop();
  expect(never).not.toHaveBeenCalled();
});
