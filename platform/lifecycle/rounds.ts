/** Work that a process does of its own accord, round after round, until it is asked to end. */
import type { Logger } from "../telemetry/log.ts";
import { pause } from "./pause.ts";

/** Rounds that go on. */
export interface Rounds {
  /** Lets the round under way end; a pause ends at once. */
  stop(): Promise<void>;
}

/** How rounds follow each other. */
export interface RoundsOptions {
  /** Pause between two rounds, in milliseconds. */
  readonly everyMs: number;
  /** Pause before the first, in milliseconds. Default: none. */
  readonly firstAfterMs?: number;
  readonly log: Logger;
  /** What is logged of a round that failed; the next one follows all the same. */
  readonly failed: string;
}

/**
 * Starts them.
 *
 * @param round one round; true where more waits than it took, so that the next follows without a pause
 */
export function startRounds(
  round: (signal: AbortSignal) => Promise<boolean>,
  { everyMs, firstAfterMs = 0, log, failed }: RoundsOptions,
): Rounds {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    if (firstAfterMs > 0) {
      await pause(firstAfterMs, signal);
    }
    while (!signal.aborted) {
      let hasMore = false;
      try {
        hasMore = await round(signal);
      } catch (error) {
        log.warn({ err: error }, failed);
      }
      if (!hasMore) {
        await pause(everyMs, signal);
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
