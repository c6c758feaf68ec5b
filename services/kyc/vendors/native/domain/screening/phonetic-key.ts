/**
 * How a name sounds, across the spellings that Spanish, Portuguese, English and the romanisations of Arabic and Cyrillic
 * give one sound: the consonants, told apart no finer than those spellings are. Made for finding, not for deciding.
 */

/** In this order: what stands for one sound, and the letter that is kept for it. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ts|tz|cz)/g, "s"],
  [/shch|sch|tch|tsh|sh|ch|cz/g, "x"],
  [/dsch|dzh|zh|dj/g, "j"],
  [/ph/g, "f"],
  [/dh/g, "s"],
  [/kh|ck|cq|q|gh(?=[^aeiou]|$)/g, "k"],
  [/c(?=[eiy])|z|ts/g, "s"],
  [/c/g, "k"],
  [/g(?=[ei])/g, "j"],
  [/ou(?=[aei])/g, "w"],
  [/[vw]/g, "b"],
  [/nh|ny|gn/g, "n"],
  [/lh|ll/g, "l"],
  [/(.)\1+/g, "$1"],
  [/h/g, ""],
];

/** The key of a word of a to z; "" where nothing is left to hear. Digits stay as they are. */
export function phoneticKey(word: string): string {
  const sound = SOUNDS.reduce((said, [spelling, letter]) => said.replaceAll(spelling, letter), word);
  return (/^[aeiouy]/.test(sound) ? "a" : "") + sound.replaceAll(/[aeiouy]/g, "");
}
