/** How surely two names are one person's or one firm's: a score in basis points and the words that make it. */
import { alignWords, type CompareWords, type WeighedName, type WordPair } from "./align-words.ts";

/** 10,000 is a name that is the same word for word. */
export const FULL_SCORE = 10_000;

/**
 * What it costs when all the weight of one name has no answer in the other: people leave out middle names and second
 * family names, so this alone is mild.
 */
const ABSENCE = 0.42;
/** What it costs besides when both names have words that the other lacks: "Ana Ruiz Vega" is not "Ana Ruiz Soto". */
const CONFLICT = 1.3;

export interface NameScore {
  /** 0 to 10,000. */
  readonly basisPoints: number;
  readonly pairs: readonly WordPair[];
  /** Positions of words that the other name lacks. */
  readonly onlyLeft: readonly number[];
  readonly onlyRight: readonly number[];
}

/** Scores two names against each other. Which is left makes no difference to the score. */
export function scoreNames(left: WeighedName, right: WeighedName, compare?: CompareWords): NameScore {
  const pairs = alignWords(left, right, compare);
  const onlyLeft = without(left, new Set(pairs.flatMap((pair) => pair.left)));
  const onlyRight = without(right, new Set(pairs.flatMap((pair) => pair.right)));
  const answered = pairs.reduce((sum, pair) => sum + weightOf(left, pair.left) + weightOf(right, pair.right), 0);
  if (answered === 0) {
    return { basisPoints: 0, pairs, onlyLeft, onlyRight };
  }
  const alike = pairs.reduce(
    (sum, pair) => sum + pair.similarity * (weightOf(left, pair.left) + weightOf(right, pair.right)),
    0,
  );
  const lackLeft = shareOf(left, onlyLeft);
  const lackRight = shareOf(right, onlyRight);
  const score = (alike / answered) * bestPossible(lackLeft, lackRight);
  return { basisPoints: Math.round(score * FULL_SCORE), pairs, onlyLeft, onlyRight };
}

/** The score, 0 to 1, of names whose answered words are all the same, by the shares of weight that each lacks. */
export function bestPossible(lackLeft: number, lackRight: number): number {
  return Math.max(0, 1 - ABSENCE * Math.max(lackLeft, lackRight) - CONFLICT * Math.min(lackLeft, lackRight));
}

function without(name: WeighedName, answered: ReadonlySet<number>): number[] {
  return [...name.words.keys()].filter((position) => !answered.has(position));
}

function shareOf(name: WeighedName, positions: readonly number[]): number {
  const whole = name.weights.reduce((sum, weight) => sum + weight, 0);
  return whole === 0 ? 0 : weightOf(name, positions) / whole;
}

function weightOf(name: WeighedName, positions: readonly number[]): number {
  return positions.reduce((sum, position) => sum + (name.weights[position] ?? 0), 0);
}
