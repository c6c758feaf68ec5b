import { expect, it } from "vitest";
import { cursorOf, pageOf, pageSizeOf, pageToken } from "./page-token.ts";

const list = ["accounts", "banco-ipe", ""];

it("a token leads back to its cursor", () => {
  expect(cursorOf(list, pageToken(list, "0192/é"))).toBe("0192/é");
});

it("no token is the first page", () => {
  expect(cursorOf(list, "")).toBeUndefined();
});

it.each([
  ["damaged", () => `${pageToken(list, "a").slice(0, -1)}x`],
  ["of another tenant", () => pageToken(["accounts", "banco-ceiba", ""], "a")],
  ["of another filter", () => pageToken(["accounts", "banco-ipe", "customers/1"], "a")],
  ["made up", () => "../../etc/passwd"],
])("a token that is %s is refused", (_what, token) => {
  expect(() => cursorOf(list, token())).toThrow(/page token/);
});

it("a page has a next one only when there is more", () => {
  expect(pageOf(list, ["a", "b"], 2, (row) => row)).toEqual({ items: ["a", "b"], nextPageToken: "" });
  expect(pageOf(list, ["a", "b", "c"], 2, (row) => row)).toEqual({
    items: ["a", "b"],
    nextPageToken: pageToken(list, "b"),
  });
});

it("sizes are capped, and 0 means the default", () => {
  expect([pageSizeOf(0), pageSizeOf(7), pageSizeOf(5_000)]).toEqual([50, 7, 1_000]);
});
