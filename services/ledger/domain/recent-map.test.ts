import { expect, it } from "vitest";
import { RecentMap } from "./recent-map.ts";

it("keeps what was set or found since the last rotation but one", () => {
  const map = new RecentMap<string, number>();
  map.set("set", 1);
  map.set("found", 2);
  map.set("neither", 3);
  map.rotate();
  expect(map.get("found")).toBe(2);
  map.set("set", 4);
  expect([...map.rotate()]).toContain("neither");
  expect([map.get("set"), map.get("found"), map.get("neither")]).toEqual([4, 2, undefined]);
});

it("forgets at once what is deleted", () => {
  const map = new RecentMap<string, number>();
  map.set("old", 1);
  map.rotate();
  map.set("old", 2);
  map.delete("old");
  expect(map.get("old")).toBeUndefined();
});
