/**
 * How many calls of one method are worth having under way at once, found by watching how long they take: while more
 * calls only make each of them slower, the limit falls; while they do not, it rises (the gradient of Netflix's
 * concurrency-limits, which goes back to TCP Vegas).
 */

/** Where the limit begins, and between which bounds it moves. */
export interface AdaptiveBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** Calls that make one measurement. */
const WINDOW_CALLS = 100;
/** Slower than the best time by this factor is still no sign of a queue. */
const TOLERANCE = 4;
/** Weight of the newest measurement. */
const SMOOTHING = 0.3;
/** The best time is forgotten slowly, by this factor a window, since a backend may become slower for good. */
const FORGETTING = 1.02;

/** The limit of one method. */
export class AdaptiveLimit {
  readonly #bounds: AdaptiveBounds;
  #limit: number;
  #bestMs = Number.POSITIVE_INFINITY;
  #sumMs = 0;
  #calls = 0;
  #mostUnderWay = 0;
  underWay = 0;

  constructor(bounds: AdaptiveBounds) {
    this.#bounds = bounds;
    this.#limit = bounds.initial;
  }

  /** Calls worth having under way at once. */
  get limit(): number {
    return this.#limit;
  }

  get hasRoom(): boolean {
    return this.underWay < this.#limit;
  }

  begin(): void {
    this.underWay++;
    this.#mostUnderWay = Math.max(this.#mostUnderWay, this.underWay);
  }

  /** @param ms how long the call took */
  end(ms: number): void {
    this.underWay--;
    this.#sumMs += ms;
    this.#calls++;
    if (this.#calls >= WINDOW_CALLS) {
      this.#adjust(this.#sumMs / this.#calls);
      this.#sumMs = 0;
      this.#calls = 0;
      this.#mostUnderWay = this.underWay;
    }
  }

  #adjust(meanMs: number): void {
    this.#bestMs = Math.min(this.#bestMs * FORGETTING, meanMs);
    // A limit that was not reached says nothing about what lies beyond it.
    if (this.#mostUnderWay < this.#limit / 2) {
      return;
    }
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * this.#bestMs) / meanMs));
    const wanted = this.#limit * gradient + Math.sqrt(this.#limit);
    const smoothed = this.#limit * (1 - SMOOTHING) + wanted * SMOOTHING;
    this.#limit = Math.max(this.#bounds.min, Math.min(this.#bounds.max, smoothed));
  }
}
