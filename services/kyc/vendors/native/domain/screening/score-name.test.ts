import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WeighedName } from "./align-words.ts";
import { WORD_SHARE } from "./name-words.ts";
import { normaliseName } from "./normalise-name.ts";
import { scoreNames } from "./score-name.ts";
import { editDistance, jaroWinkler } from "./similarity.ts";

function weigh(text: string): WeighedName {
  const { words } = normaliseName(text, false);
  return { words, weights: words.map(({ kind }) => WORD_SHARE[kind]) };
}

const score = (a: string, b: string) => scoreNames(weigh(a), weigh(b)).basisPoints;

describe("two names of one person score high", () => {
  it.each([
    ["Joaquín Guzmán Loera", "GUZMAN LOERA, Joaquin", 10_000],
    ["Gonzales, Maria", "Maria GONZALEZ", 9_600],
    ["Mohammed Yusuf", "Muhammad YUSUF", 9_600],
    ["J. Guzman Loera", "Joaquin Guzman Loera", 9_300],
    ["Abdulrahman Yasin", "Abdul Rahman YASIN", 9_700],
    ["Sr. Joao da Silva", "SILVA, Joao", 9_200],
    ["Joaquin Guzman", "GUZMAN LOERA, Joaquin", 8_500],
  ])("%s, %s: at least %i", (a, b, least) => {
    expect(score(a, b)).toBeGreaterThanOrEqual(least);
  });
});

describe("names of two people do not", () => {
  it.each([
    ["Ana Ruiz Vega", "Ana Ruiz Soto", 7_000],
    ["Juan Perez", "Pedro Perez", 6_000],
    ["Maria Garcia", "Mario Lopez", 6_000],
    ["Brigade 313", "Brigade 312", 6_000],
    ["Kim", "Kin", 0],
    ["Ana", "Pedro", 0],
  ])("%s, %s: at most %i", (a, b, most) => {
    expect(score(a, b)).toBeLessThanOrEqual(most);
  });
});

const letters = (min: number, max: number) => fc.stringMatching(new RegExp(`^[a-z]{${min},${max}}$`));
const name = fc.array(letters(1, 9), { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));

describe("whatever the names", () => {
  it("a score is between 0 and 10,000, and the same both ways", () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const there = score(a, b);
        expect(there).toBeGreaterThanOrEqual(0);
        expect(there).toBeLessThanOrEqual(10_000);
        expect(score(b, a)).toBe(there);
      }),
      { numRuns: 500 },
    );
  });

  it("a name is fully itself, in any order of its words", () => {
    fc.assert(
      fc.property(fc.array(letters(1, 9), { minLength: 1, maxLength: 6 }), fc.nat(), (words, turn) => {
        const turned = [...words.slice(turn % words.length), ...words.slice(0, turn % words.length)].reverse();
        expect(score(words.join(" "), turned.join(" "))).toBe(10_000);
      }),
    );
  });

  it("one edit in one long word of a long name leaves it a hit", () => {
    const long = fc.array(letters(6, 10), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(long, fc.nat(), fc.nat(), letters(1, 1), fc.nat(3), (words, at, in_, letter, kind) => {
        const word = words[at % words.length] ?? "";
        const place = 1 + (in_ % (word.length - 2));
        const [head, here, tail] = [word.slice(0, place), word[place] ?? "", word.slice(place + 1)];
        const edited = [
          head + tail,
          head + letter + here + tail,
          head + letter + tail,
          head + tail[0] + here + tail.slice(1),
        ];
        const changed = words.map((one, position) => (position === at % words.length ? (edited[kind] ?? "") : one));
        expect(score(words.join(" "), changed.join(" "))).toBeGreaterThanOrEqual(9_000);
      }),
      { numRuns: 500 },
    );
  });

  it("no part of names can make the comparison slow", () => {
    const same = Array.from({ length: 24 }, (_, i) => `abcdef${"ghijklmnop"[i % 10] ?? ""}`).join(" ");
    const startedMs = performance.now();
    score(same, same.split(" ").reverse().join(" ").replaceAll("c", "k"));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe("Jaro-Winkler and edits are as published", () => {
  it.each([
    ["martha", "marhta", 0.9611],
    ["dixon", "dicksonx", 0.8133],
    ["dwayne", "duane", 0.84],
    ["", "", 1],
    ["a", "", 0],
  ])("%s, %s: %f", (a, b, value) => {
    expect(jaroWinkler(a, b)).toBeCloseTo(value, 4);
    expect(jaroWinkler(b, a)).toBe(jaroWinkler(a, b));
  });

  it.each([
    ["kitten", "sitting", 3],
    ["ab", "ba", 1],
    ["", "abc", 3],
  ])("%s, %s: %i edits", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });
});
