/** Waiting for a promise with a limit, again and again, without leaving a reaction on the promise for each wait. */

/** A promise under watch. */
export interface Pending<T> {
  /** Set once the promise has settled. */
  outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  /** Called when it settles. One waiter at a time. */
  wake: (() => void) | undefined;
}

/** Starts to watch. A rejection is kept in `outcome`, so it is never unhandled. */
export function watch<T>(promise: Promise<T>): Pending<T> {
  const pending: Pending<T> = { outcome: undefined, wake: undefined };
  promise.then(
    (value) => settle({ value }),
    (error: unknown) => settle({ error }),
  );
  return pending;

  function settle(outcome: Pending<T>["outcome"]): void {
    pending.outcome = outcome;
    pending.wake?.();
  }
}

/** Resolves when the promise has settled, the time is over or the signal aborts, whichever is first. Never rejects. */
export function waitFor<T>(pending: Pending<T>, ms: number, signal: AbortSignal): Promise<void> {
  if (pending.outcome !== undefined || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    pending.wake = done;

    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      pending.wake = undefined;
      resolve();
    }
  });
}
