/** Random numbers that a seed fixes. */

/** A random whole number from 0 to `bound` - 1. */
export type Draw = (bound: number) => number;

/** Draws by a seed of 32 bits (mulberry32: small, and good enough to choose by). */
export function seededDraw(seed: number): Draw {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** One of a list. */
export function pick<Item>(draw: Draw, from: readonly [Item, ...Item[]]): Item {
  return from[draw(from.length)] ?? from[0];
}

/** Whether something happens that does so `percent` times in a hundred. */
export function happens(draw: Draw, percent: number): boolean {
  return draw(100) < percent;
}
