import fc from "fast-check";
import { expect, test } from "vitest";
import { dateText, daysOfDate, timeText } from "./calendar.ts";

const dayMs = 86_400_000;

test("a day has the date that Date gives it, and the date leads back to the day", () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const text = dateText(days);
      expect(text).toBe(new Date(days * dayMs).toISOString().slice(0, 10));
      const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
      expect(daysOfDate(year, month, day)).toBe(days);
    }),
    { numRuns: 3000 },
  );
});

test.for(["0001-01-01", "1600-02-29", "1900-02-28", "1900-03-01", "1970-01-01", "2000-02-29", "9999-12-31"])(
  "%s",
  (text) => {
    expect(dateText(Date.parse(text) / dayMs)).toBe(text);
  },
);

test.for([
  [1900, 2, 29],
  [2023, 2, 29],
  [2024, 2, 30],
  [2024, 4, 31],
  [2024, 0, 1],
  [2024, 13, 1],
  [2024, 1, 0],
  [2024, 1, 32],
] as const)("%d-%d-%d is no day", ([year, month, day]) => {
  expect(daysOfDate(year, month, day)).toBeUndefined();
});

test("seconds are hours, minutes and seconds", () => {
  expect([0, 59, 3600, 86_399].map(timeText)).toEqual(["00:00:00", "00:00:59", "01:00:00", "23:59:59"]);
});
