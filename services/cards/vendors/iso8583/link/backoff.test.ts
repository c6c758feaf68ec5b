import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import { numbersOf } from "./numbers.ts";

const bounds = { firstMs: 100, mostMs: 30_000 };

it.each([
  [1, 0, 50],
  [1, 0.999, 100],
  [2, 0.999, 200],
  [5, 0.5, 1_200],
  [20, 0, 15_000],
  [2_000, 0.999, 29_985],
])("after %i failures, with %f of chance, the wait is %i ms", (failures, random, expected) => {
  expect(backoffMs(bounds, failures, random)).toBe(expected);
});

it("an exchange's numbers say when it began", () => {
  expect(numbersOf(42, new Date("2026-12-31T23:59:58.999Z"))).toEqual({
    stan: "000042",
    rrn: "636523000042",
    transmitted: "1231235958",
  });
});
