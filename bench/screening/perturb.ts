/** Ways in which a listed person turns up under a name that is not quite the listed one. */
import type { Chance } from "./random.ts";

/** A name in its parts: OFAC writes "FAMILY NAMES, Given Names". */
export interface NameParts {
  readonly given: readonly string[];
  readonly family: readonly string[];
}

/** A way; undefined where it does not apply to a name. */
export interface Perturbation {
  readonly name: string;
  readonly what: string;
  readonly apply: (parts: NameParts, chance: Chance) => string | undefined;
}

const LONG = 5;

export const PERTURBATIONS: readonly Perturbation[] = [
  { name: "as listed", what: "given names first", apply: (parts) => write(parts) },
  { name: "order", what: "all words in another order", apply: (parts) => write(parts).split(" ").reverse().join(" ") },
  {
    name: "one typo",
    what: "one edit in a word of five letters or more",
    apply: (parts, chance) => typos(parts, 1, chance),
  },
  { name: "two typos", what: "one edit in each of two such words", apply: (parts, chance) => typos(parts, 2, chance) },
  { name: "middle names missing", what: "all given names but the first left out", apply: withoutMiddle },
  { name: "second family name missing", what: "the last of two family names left out", apply: withoutSecondFamily },
  { name: "initial", what: "first given name as its initial", apply: withInitial },
  { name: "joined", what: "two words written as one", apply: joined },
  { name: "respelt", what: "one other romanisation of a sound", apply: respelt },
  { name: "Cyrillic", what: "written in Russian letters, by BGN/PCGN backwards", apply: cyrillic },
  { name: "hidden marks", what: "marks of direction and zero-width joiners within", apply: hidden },
];

/** Reads "FAMILY, Given"; undefined for names in another form or of one word. */
export function partsOf(listed: string): NameParts | undefined {
  const [family = "", given = "", ...more] = listed.split(", ");
  const parts = { family: wordsOf(family), given: wordsOf(given) };
  return more.length > 0 || parts.family.length === 0 || parts.given.length === 0 ? undefined : parts;
}

function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

function write({ given, family }: NameParts): string {
  return [...given, ...family].join(" ");
}

function typos(parts: NameParts, count: number, chance: Chance): string | undefined {
  const words = write(parts).split(" ");
  const long = [...words.keys()].filter((position) => /^[A-Za-z]{5,}$/.test(words[position] ?? ""));
  if (long.length < count) {
    return undefined;
  }
  for (let done = 0; done < count; done++) {
    const [position = 0] = long.splice(chance.below(long.length), 1);
    words[position] = edit(words[position] ?? "", chance);
  }
  return words.join(" ");
}

/** A letter dropped, doubled by another, changed, or swapped with the next; never the first. */
function edit(word: string, chance: Chance): string {
  const at = 1 + chance.below(word.length - 2);
  const letter = chance.pick([..."abcdefghijklmnopqrstuvwxyz"].filter((one) => one !== word[at]?.toLowerCase()));
  const [head, here, tail] = [word.slice(0, at), word.slice(at, at + 1), word.slice(at + 1)];
  return chance.pick([head + tail, head + letter + here + tail, head + letter + tail, swapped(head, here, tail)]);
}

function swapped(head: string, here: string, tail: string): string {
  return head + tail.slice(0, 1) + here + tail.slice(1);
}

function withoutMiddle({ given, family }: NameParts): string | undefined {
  return given.length < 2 ? undefined : write({ given: given.slice(0, 1), family });
}

function withoutSecondFamily({ given, family }: NameParts): string | undefined {
  return family.length !== 2 || /^(de|del|la|al|da|dos)$/i.test(family[0] ?? "")
    ? undefined
    : write({ given, family: family.slice(0, 1) });
}

function withInitial({ given, family }: NameParts): string | undefined {
  return (given[0]?.length ?? 0) < 2 || /^(al|abu|abd|dr\.?)$/i.test(given[0] ?? "")
    ? undefined
    : write({ given: [`${given[0]?.[0] ?? ""}.`, ...given.slice(1)], family });
}

function joined({ given, family }: NameParts, chance: Chance): string | undefined {
  const words = [...given, ...family];
  if (words.length < 3) {
    return undefined;
  }
  const at = chance.below(words.length - 1);
  return [...words.slice(0, at), `${words[at] ?? ""}${words[at + 1] ?? ""}`, ...words.slice(at + 2)].join(" ");
}

const RESPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/ph/i, "f"],
  [/kh/i, "k"],
  [/sch|sh/i, "ch"],
  [/ou/i, "u"],
  [/oo/i, "u"],
  [/ee/i, "i"],
  [/y$/i, "i"],
  [/z/i, "s"],
  [/(?<!^)v/i, "w"],
  [/dj/i, "j"],
  [/q/i, "k"],
  [/ll/i, "l"],
  [/mm/i, "m"],
  [/ss/i, "s"],
  [/c(?=[ei])/i, "z"],
];

function respelt(parts: NameParts, chance: Chance): string | undefined {
  const text = write(parts);
  const fitting = RESPELLINGS.filter(([sound]) => sound.test(text));
  if (fitting.length === 0) {
    return undefined;
  }
  const [sound, letters] = chance.pick(fitting);
  return text.replace(sound, letters);
}

const RUSSIAN: readonly (readonly [RegExp, string])[] = [
  [/shch/g, "щ"],
  [/zh/g, "ж"],
  [/kh/g, "х"],
  [/ts/g, "ц"],
  [/ch/g, "ч"],
  [/sh/g, "ш"],
  [/yu/g, "ю"],
  [/ya/g, "я"],
  [/yo/g, "ё"],
  [/ye/g, "е"],
  [/iy\b/g, "ий"],
  [/yy\b/g, "ый"],
  [/(?<=[aeiou])y/g, "й"],
  [/y/g, "ы"],
];
const RUSSIAN_LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  [..."abvgdeziklmnoprstuf"].map((letter, position) => [letter, [..."абвгдезиклмнопрстуф"][position] ?? ""]),
);

/** Only names that read as Russian ones: a patronymic, and no letter that Russian lacks. */
function cyrillic(parts: NameParts): string | undefined {
  const text = write(parts).toLowerCase();
  if (!/(?:ovich|evich|ovna|evna)\b/.test(text)) {
    return undefined;
  }
  const russian = [...RUSSIAN.reduce((done, [latin, letter]) => done.replaceAll(latin, letter), text)]
    .map((letter) => RUSSIAN_LETTERS[letter] ?? letter)
    .join("");
  return /[a-z]/.test(russian) ? undefined : russian;
}

function hidden(parts: NameParts, chance: Chance): string {
  const text = write(parts);
  const at = 1 + chance.below(text.length - 1);
  return `\u202e${text.slice(0, at)}\u200d\u2066${text.slice(at)}\u202c`;
}

/** Whether a name is long enough that a typo leaves it known. */
export function isLong(parts: NameParts): boolean {
  return [...parts.given, ...parts.family].filter((word) => word.length >= LONG).length >= 2;
}
