import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normaliseName } from "./normalise-name.ts";
import { phoneticKey } from "./phonetic-key.ts";

const person = (text: string) => normaliseName(text, false).words.map(({ text: word }) => word);
const firm = (text: string) => normaliseName(text, true).words.map(({ text: word }) => word);
const kinds = (text: string, isOrganisation: boolean) =>
  normaliseName(text, isOrganisation).words.map(({ text: word, kind }) => `${word}:${kind}`);

describe("a person's name becomes words of a to z", () => {
  it.each([
    ["GUZMÁN LOERA, Joaquín", "guzman loera joaquin"],
    ["João  da\tSilva", "joao da silva"],
    ["J.R. Pérez-Núñez", "j r perez nunez"],
    ["O’Brien, D'Angelo", "obrien dangelo"],
    ["Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"],
    ["ﬁlomena", "filomena"],
    ["Nicola\u0301s", "nicolas"],
    ["N\u202eic\u200dolas\u0000 M\u2066aduro", "nicolas maduro"],
    ["Владимир Путин", "vladimir putin"],
    ["Ιωάννης Παπαδόπουλος", "ioannis papadopoylos"],
    ["毛泽东", "mao ze dong"],
    ["김정은", "gim jeong eun"],
    ["محمد الظواهري", "mhmd al dhwhry"],
    ["?!\u200b", ""],
  ])("%j: %s", (text, words) => {
    expect(person(text).join(" ")).toBe(words);
  });

  it("knows what says little", () => {
    expect(kinds("Dr. José de la Cruz Filho", false)).toEqual([
      "dr:honorific",
      "jose:name",
      "de:particle",
      "la:particle",
      "cruz:name",
      "filho:generation",
    ]);
  });
});

describe("a firm's name has its legal form in one word", () => {
  it.each([
    ["PRONTO SHOES, S.A. DE C.V.", "pronto shoes sa de cv"],
    ["Pronto Shoes S. A. de C. V.", "pronto shoes sa de cv"],
    ["C.I. OKCOFFEE COLOMBIA S.A.S.", "ci okcoffee colombia sas"],
    ["Padaria Silva S/A", "padaria silva sa"],
  ])("%s: %s", (text, words) => {
    expect(firm(text).join(" ")).toBe(words);
  });

  it("which counts for little", () => {
    expect(kinds("Grupo Mundo Marino LTDA", true)).toEqual([
      "grupo:trade_word",
      "mundo:name",
      "marino:name",
      "ltda:legal_form",
    ]);
  });
});

describe("whatever is written", () => {
  it("normalising never fails, is bounded and gives only a to z and digits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), fc.boolean(), (text, isOrganisation) => {
        const { words } = normaliseName(text, isOrganisation);
        expect(words.length).toBeLessThanOrEqual(24);
        expect(words.every((word) => /^[a-z0-9]+$/.test(word.text))).toBe(true);
      }),
    );
  });

  it("hidden characters are told, and change nothing", () => {
    expect(normaliseName("Ana\u202e Ruiz", false).hadHiddenCharacters).toBe(true);
    expect(normaliseName("Ana Ruiz", false).hadHiddenCharacters).toBe(false);
  });

  it("a name that is too long is told", () => {
    expect(normaliseName("Ana ".repeat(500), false).wasCut).toBe(true);
  });
});

it.each([
  ["gonzalez", "gonsales"],
  ["mohammed", "muhammad"],
  ["filipe", "philippe"],
  ["walid", "valeed"],
  ["djamal", "jamal"],
  ["hernandez", "ernandes"],
  ["magalhaes", "magallaes"],
  ["sergey", "sergei"],
  ["mhmd", "muhammad"],
])("%s sounds like %s", (a, b) => {
  expect(phoneticKey(a)).toBe(phoneticKey(b));
});
