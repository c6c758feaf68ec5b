/** Wakes what sleeps until there is something to do. */
import { pause } from "#platform/lifecycle/pause.ts";

/** A sleep that can be ended. */
export interface Waker {
  /** Ends the sleep, or the next one where nobody sleeps. */
  wake(): void;
  /** Sleeps for at most `ms` milliseconds, or until the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Makes one, for one sleeper. */
export function createWaker(): Waker {
  let alarm = new AbortController();
  return {
    wake: () => alarm.abort(),
    async sleep(ms, signal) {
      await pause(ms, AbortSignal.any([alarm.signal, signal]));
      alarm = new AbortController();
    },
  };
}
