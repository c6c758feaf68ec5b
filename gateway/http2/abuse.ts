/** Counts what a peer makes us do for nothing; over the limit the connection ends with ENHANCE_YOUR_CALM. */
import { ErrorCode } from "./codes.ts";
import { ConnectionFault } from "./faults.ts";
import type { Limits } from "./limits.ts";

/** Idle frames that a useful one makes up for: window updates for stream and connection, a ping, one to spare. */
const IDLE_PER_USEFUL = 4;

export class Abuse {
  readonly #resets: Bucket;
  readonly #idle: Bucket;
  readonly #maxQueuedAnswers: number;
  #queuedAnswers = 0;

  constructor(limits: Limits) {
    this.#resets = new Bucket(limits.resetBurst, limits.resetsPerSecond);
    this.#idle = new Bucket(limits.idleFrameBurst, limits.idleFramesPerSecond);
    this.#maxQueuedAnswers = limits.maxQueuedAnswers;
  }

  /** A stream died before it was answered, by the peer's reset or by its fault (CVE-2023-44487, CVE-2025-8671). */
  countReset(): void {
    if (!this.#resets.take(1)) throw calm("too many streams reset");
  }

  /** Frames that carried nothing. */
  countIdle(frames: number): void {
    if (!this.#idle.take(frames)) throw calm("too many frames that carry nothing");
  }

  /** An answer to a control frame goes to the output. */
  countAnswer(): void {
    this.#queuedAnswers += 1;
    if (this.#queuedAnswers > this.#maxQueuedAnswers) throw calm("too many control frames, and no answer is read");
  }

  /** A stream was opened, or a piece of a body sent, which the peer may give credit back for in small parts. */
  noteUseful(bytes: number): void {
    this.#idle.give(IDLE_PER_USEFUL + (bytes >>> 10));
  }

  /** The socket took the output. */
  noteFlushed(): void {
    this.#queuedAnswers = 0;
  }
}

class Bucket {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt = performance.now();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#tokens = burst;
  }

  take(tokens: number): boolean {
    if (this.#tokens < tokens) this.#refill();
    this.#tokens -= tokens;
    return this.#tokens >= 0;
  }

  give(tokens: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + tokens);
  }

  /** The clock is read only when the burst is spent. */
  #refill(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }
}

function calm(message: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, message);
}
