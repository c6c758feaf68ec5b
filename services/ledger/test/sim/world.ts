/** What everything of one simulated run shares: the seed's draws, the clock, and what is about to happen. */
import type { Draw } from "../../domain/testing/draw.ts";

/** The day on which a run begins, in milliseconds since the epoch. */
const START_MS = 1_700_000_000_000;

export interface World {
  readonly draw: Draw;
  /** Milliseconds since the epoch, as the one machine's clock has it; faults move it. */
  nowMs: number;
  /** Whether faults still happen. */
  isCalm: boolean;
  /** Things that happened. */
  events: number;
  /** Has something happen later, in no order that anyone may count on. */
  later(work: () => void): void;
  /** How many things are about to happen. */
  waiting(): number;
  /** Lets one of them happen, and everything that follows from it at once. */
  step(): Promise<void>;
  /** Notes what must never be. The first one ends the run. */
  fault(error: unknown): void;
}

export function openWorld(draw: Draw): World {
  const queue: (() => void)[] = [];
  let fault: { readonly error: unknown } | undefined;
  return {
    draw,
    nowMs: START_MS,
    isCalm: false,
    events: 0,
    later: (work) => void queue.push(work),
    waiting: () => queue.length,
    async step() {
      const at = draw(Math.max(queue.length, 1));
      const work = queue[at];
      const last = queue.pop();
      if (last !== undefined && at < queue.length) {
        queue[at] = last;
      }
      this.events++;
      this.nowMs += draw(4);
      work?.();
      // Promises that this settled have their say before anything else happens.
      await new Promise((resolve) => setImmediate(resolve));
      if (fault !== undefined) {
        throw fault.error;
      }
    },
    fault(error) {
      fault ??= { error };
    },
  };
}
