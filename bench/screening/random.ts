/** Chance that is the same in every run. */
export interface Chance {
  /** A whole number from 0, less than the bound. */
  below(bound: number): number;
  pick<T>(from: readonly T[]): T;
  /** As `pick`, the earlier the likelier, as frequencies of names fall: Zipf's law with exponent 1. */
  pickRanked<T>(from: readonly T[]): T;
}

/** Mulberry32, a generator that is good enough for samples and short enough to read. */
export function openChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const at = <T>(from: readonly T[], position: number): T => {
    const found = from[position];
    if (found === undefined) {
      throw new Error("nothing to pick from");
    }
    return found;
  };
  return {
    below: (bound) => Math.floor(next() * bound),
    pick: (from) => at(from, Math.floor(next() * from.length)),
    pickRanked: (from) => at(from, Math.floor((from.length + 1) ** next()) - 1),
  };
}
