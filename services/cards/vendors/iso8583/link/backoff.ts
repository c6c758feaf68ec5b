/** How long to wait before trying again: doubled each time up to a bound, less a random part so that peers spread out. */

/** Bounds of the wait, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * The wait before a try.
 *
 * @param failures how many tries in a row have failed, at least 1
 * @param random from 0 to below 1
 */
export function backoffMs({ firstMs, mostMs }: Backoff, failures: number, random: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}
