import { expect, test, vi } from "vitest";
import { stoppable } from "./stoppable.ts";

test("a body that is stopped before it began stops its source", async () => {
  const stop = vi.fn();
  const begun = vi.fn();
  const pieces = async function* () {
    begun();
    yield new Uint8Array();
  };
  const iterator = stoppable(pieces(), stop)[Symbol.asyncIterator]();
  await iterator.return?.();
  expect(stop).toHaveBeenCalledTimes(1);
  expect(begun).not.toHaveBeenCalled();
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test("a body that is stopped while it waits comes to its end", async () => {
  const waiting = Promise.withResolvers<void>();
  const ended = vi.fn();
  const pieces = async function* () {
    try {
      await waiting.promise;
      yield new Uint8Array();
    } finally {
      ended();
    }
  };
  const iterator = stoppable(pieces(), () => waiting.reject(new Error("stopped")))[Symbol.asyncIterator]();
  const next = iterator.next();
  const stopped = iterator.return?.();
  await expect(next).rejects.toThrow("stopped");
  expect(await stopped).toEqual({ done: true, value: undefined });
  expect(ended).toHaveBeenCalledTimes(1);
});
