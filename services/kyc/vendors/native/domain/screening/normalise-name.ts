/** A name as people write it, made into words that can be compared: one script, one case, no marks, no ornaments. */
import anyAscii from "any-ascii";
import { kindOfWord, type WordKind } from "./name-words.ts";
import { phoneticKey } from "./phonetic-key.ts";

/** A word of a name. */
export interface NameWord {
  /** a to z and 0 to 9. */
  readonly text: string;
  readonly kind: WordKind;
  /** How it sounds, roughly; equal keys are often one name written twice. */
  readonly key: string;
  /** Written in a script without vowels, so that only the consonants can be compared. */
  readonly isVowelless: boolean;
}

export interface NormalName {
  readonly words: readonly NameWord[];
  /** Held what no name holds: control characters, marks of direction, invisible letters. They were left out. */
  readonly hadHiddenCharacters: boolean;
  /** Was longer than is compared; the rest was left out. */
  readonly wasCut: boolean;
}

/** Longest name that is looked at, in characters, and most words: no listed name comes near (OFAC's longest has 174). */
const MAX_CHARACTERS = 400;
const MAX_WORDS = 24;
/** How often one word may stand in a name: "Muhammad Muhammad Muhammad" is one, more is none. */
const MAX_REPEATS = 3;

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u{2028}\u{2029}]/u;
const VOWELLESS = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/u;
/** Han, Hangul and kana are written without spaces: each sign is a word, and words may be joined again when compared. */
const SYLLABIC = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/**
 * Makes a name comparable. Never fails: what cannot be read becomes no word.
 *
 * @param isOrganisation whether words are read as a firm's (S.A. de C.V.) or a person's (initials, titles)
 */
export function normaliseName(text: string, isOrganisation: boolean): NormalName {
  const cut = [...text.slice(0, MAX_CHARACTERS * 2)].slice(0, MAX_CHARACTERS).join("");
  const composed = cut.normalize("NFKC");
  const joined = isOrganisation ? joinLetters(readWords(composed, true)) : readPerson(composed);
  const words = withoutRepeats(joined).slice(0, MAX_WORDS);
  return {
    words,
    hadHiddenCharacters: HIDDEN.test(text),
    wasCut: cut.length < text.length || words.length < joined.length,
  };
}

function withoutRepeats(words: readonly NameWord[]): NameWord[] {
  const seen = new Map<string, number>();
  return words.filter(({ text }) => {
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times <= MAX_REPEATS;
  });
}

/** "FAMILY NAMES, First Middle": where the comma tells which given names are not the first, those are often left out. */
function readPerson(text: string): NameWord[] {
  const comma = text.indexOf(",");
  const family = readWords(comma < 0 ? text : text.slice(0, comma), false);
  const given = comma < 0 ? [] : readWords(text.slice(comma), false);
  const first = given.findIndex(({ kind }) => kind === "name");
  const isMiddle = (word: NameWord, position: number) => position > first && word.kind === "name";
  return [
    ...family,
    ...given.map((word, at) => (isMiddle(word, at) ? { ...word, kind: "middle_name" as const } : word)),
  ];
}

function readWords(text: string, isOrganisation: boolean): NameWord[] {
  return wordsOf(text, isOrganisation).flatMap((piece) => {
    const isVowelless = VOWELLESS.test(piece);
    return latinWords(piece, isVowelless).map((word) => ({
      text: word,
      kind: kindOfWord(word, isOrganisation),
      key: phoneticKey(word),
      isVowelless,
    }));
  });
}

/** Cuts at spaces and punctuation, once hidden characters are gone and S.A. has become SA. */
function wordsOf(text: string, isOrganisation: boolean): string[] {
  return text
    .replaceAll(/[\t\n\v\f\r\u{85}\u{2028}\u{2029}]/gu, " ")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, "")
    .replaceAll(/['’‘`´ʼʻ]/gu, "")
    .replaceAll(SYLLABIC, " $& ")
    .replaceAll(/\p{L}(?:[./]\p{L})+(?![\p{L}\p{N}])\.?/gu, (letters) =>
      isOrganisation ? letters.replaceAll(/[./]/g, "") : letters.replaceAll(/[./]/g, " "),
    )
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((piece) => piece !== "");
}

function latinWords(piece: string, isVowelless: boolean): string[] {
  const latin = anyAscii(piece).toLowerCase();
  const word = latin.replaceAll(/[^a-z0-9]/g, "");
  if (!isVowelless) {
    return word === "" ? [] : [word];
  }
  // The Arabic article is written onto its word; transliterated names have it apart or not at all.
  return /^l[^aeiou]{3,}$|^al[^aeiou]{3,}$/.test(word) && /^ال/.test(piece) ? ["al", word.replace(/^a?l/, "")] : [word];
}

/** Single letters in a row are one abbreviation in a firm's name: "S A" is SA. */
function joinLetters(words: readonly NameWord[]): NameWord[] {
  const joined: NameWord[] = [];
  let letters = "";
  const flush = () => {
    if (letters !== "") {
      joined.push({
        text: letters,
        kind: kindOfWord(letters, true),
        key: phoneticKey(letters),
        isVowelless: false,
      });
      letters = "";
    }
  };
  for (const word of words) {
    if (word.text.length === 1 && !word.isVowelless) {
      letters += word.text;
      continue;
    }
    flush();
    joined.push(word);
  }
  flush();
  return joined;
}
