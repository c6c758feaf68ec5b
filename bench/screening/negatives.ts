/** Names of nobody in particular, as customers have them: drawn from frequency lists, not from any sanctions list. */
import {
  ENGLISH_FAMILY,
  ENGLISH_GIVEN,
  FIRM_FORMS,
  FIRM_WORDS,
  PORTUGUESE_FAMILY,
  PORTUGUESE_GIVEN,
  SPANISH_FAMILY,
  SPANISH_GIVEN,
} from "./frequent-names.ts";
import type { Chance } from "./random.ts";

export interface Negative {
  readonly text: string;
  readonly kind: "person" | "organisation";
}

/** Of ten: four Spanish, three Portuguese, two English names, one firm. */
export function makeNegatives(count: number, chance: Chance): Negative[] {
  const made = new Map<string, Negative>();
  while (made.size < count) {
    const kind = made.size % 10;
    const text = kind < 4 ? spanish(chance) : kind < 7 ? portuguese(chance) : kind < 9 ? english(chance) : firm(chance);
    made.set(text, { text, kind: kind === 9 ? "organisation" : "person" });
  }
  return [...made.values()];
}

function spanish(chance: Chance): string {
  const given = [
    chance.pickRanked(SPANISH_GIVEN),
    ...(chance.below(2) === 0 ? [chance.pickRanked(SPANISH_GIVEN)] : []),
  ];
  return [...given, chance.pickRanked(SPANISH_FAMILY), chance.pickRanked(SPANISH_FAMILY)].join(" ");
}

function portuguese(chance: Chance): string {
  const given = [
    chance.pickRanked(PORTUGUESE_GIVEN),
    ...(chance.below(3) === 0 ? [chance.pickRanked(PORTUGUESE_GIVEN)] : []),
  ];
  const particle = chance.pick(["", "", "da", "de", "dos"]);
  const family = [chance.pickRanked(PORTUGUESE_FAMILY), particle, chance.pickRanked(PORTUGUESE_FAMILY)];
  return [...given, ...family].filter((word) => word !== "").join(" ");
}

function english(chance: Chance): string {
  const middle = chance.pick(["", `${chance.pick([..."ABCDEFGHJKLMRST"])}.`, chance.pickRanked(ENGLISH_GIVEN)]);
  return [chance.pickRanked(ENGLISH_GIVEN), middle, chance.pickRanked(ENGLISH_FAMILY)]
    .filter((word) => word !== "")
    .join(" ");
}

function firm(chance: Chance): string {
  return `${chance.pick(FIRM_WORDS)} ${chance.pickRanked(SPANISH_FAMILY)} ${chance.pick(FIRM_FORMS)}`;
}
