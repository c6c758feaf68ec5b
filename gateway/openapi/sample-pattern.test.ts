import { describe, expect, it } from "vitest";
import { samplePattern } from "./sample-pattern.ts";

describe("a sample of a pattern", () => {
  it.each([
    "^[A-Z]{3}$",
    "^[a-z][a-z0-9-]{1,38}[a-z0-9]$",
    "^\\+[1-9][0-9]{6,14}$",
    "^[0-9]{8}$",
    "^(?:AB|CD)[0-9]+$",
    "^yes|no$",
    "^\\d{2}/\\w$",
    "^[^/]+$",
  ])("of %s matches it", (pattern) => {
    expect(samplePattern(pattern)).toMatch(new RegExp(pattern));
  });

  it("is left out where the pattern is too much", () => {
    expect(samplePattern("^(?=.*[0-9])(a(b|c))+$")).toBeUndefined();
  });
});
