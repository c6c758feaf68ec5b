/** Ctrl-C and its kin, as two things that others can wait for: to stop in order, and then to stop at once. */

/** What the person at the terminal has asked for. */
export interface StopSignals {
  /** Aborted at the first signal. */
  readonly stop: AbortSignal;
  /** Aborted at the second. */
  readonly force: AbortSignal;
  /** Resolves at the first. */
  readonly asked: Promise<void>;
}

/**
 * One Ctrl-C may arrive several times, from the terminal and from npm, which passes on what it gets: what comes within
 * this time after the first is the same one, in milliseconds.
 */
const SAME_KEYPRESS_MS = 500;

/** Hears the signals that end programs, from now on. `say` tells the person what was understood. */
export function hearStopSignals(say: (line: string) => void): StopSignals {
  const stop = new AbortController();
  const force = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const hear = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      say("\nStopping: finishing calls under way (again to stop at once)");
      stop.abort(new Error("stopped before it was ready"));
      resolve();
    } else if (performance.now() - firstAt > SAME_KEYPRESS_MS && !force.signal.aborted) {
      say("Stopping at once");
      force.abort();
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, hear);
  }
  return { stop: stop.signal, force: force.signal, asked };
}
