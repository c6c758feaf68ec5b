/**
 * How calls to one other party are tried: again while that may help, not at all while the party is out, and never more of
 * them at once than it may take down with it. Services and vendors differ in the settings only.
 */
import {
  BrokenCircuitError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  decorrelatedJitterGenerator,
  ExponentialBackoff,
  handleType,
  handleWhen,
  retry,
} from "cockatiel";

/** Settings of the policies of one party. */
export interface PolicySettings {
  /** What counts against the party's health. */
  readonly isOutage: (error: unknown) => boolean;
  /** Failures in a row after which calls fail at once, until one that is let through succeeds. */
  readonly breakerFailures: number;
  /** How long calls fail at once before one is let through, in milliseconds. */
  readonly breakerPauseMs: number;
  /** Most attempts of one call. */
  readonly maxAttempts: number;
  /** First and longest pause between attempts, in milliseconds; pauses grow and are jittered. */
  readonly backoffMs: readonly [initial: number, max: number];
  /** Whether another attempt may be made after this failure; asked once before each. */
  readonly mayRetry: (error: unknown) => boolean;
  /** Most calls under way; more are refused at once. Absent: no limit. */
  readonly maxUnderWay?: number;
  /** Whether calls fail, rather than wait, while the one that was let through is out. */
  readonly failsWhileProbing?: boolean;
}

/** State of a circuit breaker. */
export type BreakerState = "closed" | "open" | "half_open";

/** The policies of one party. */
export interface CallPolicies {
  /** Runs a call. Each attempt bounds its own time by what is left of the deadline. */
  execute<T>(attempt: () => Promise<T>, how: HowTried): Promise<T>;
  readonly breaker: BreakerState;
  /** Hears of changes of the breaker. */
  onBreaker(listener: (state: BreakerState) => void): void;
}

/** How one call is tried. */
export interface HowTried {
  /** Whether it may be tried more than once at all. */
  readonly isRetried: boolean;
  readonly signal: AbortSignal;
  /** Fewer attempts than the settings allow. */
  readonly maxAttempts?: number;
}

/** Calls that may wait for the party to have room: none, since who waits behind a hanging party hangs with it. */
const MAX_WAITING = 0;

const STATES = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.Isolated]: "open",
  [CircuitState.HalfOpen]: "half_open",
} as const satisfies Record<CircuitState, BreakerState>;

/** Makes the policies of one party. */
export function createPolicies(settings: PolicySettings): CallPolicies {
  const breaker = circuitBreaker(handleWhen(settings.isOutage), {
    breaker: new ConsecutiveBreaker(settings.breakerFailures),
    halfOpenAfter: settings.breakerPauseMs,
  });
  const [initialDelay, maxDelay] = settings.backoffMs;
  const again = retry(handleType(WorthTrying), {
    maxAttempts: settings.maxAttempts - 1,
    backoff: new ExponentialBackoff({ initialDelay, maxDelay, generator: decorrelatedJitterGenerator }),
  });
  const room = settings.maxUnderWay === undefined ? undefined : bulkhead(settings.maxUnderWay, MAX_WAITING);
  const guarded = <T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    if (settings.failsWhileProbing === true && breaker.state === CircuitState.HalfOpen) {
      return Promise.reject(new BrokenCircuitError());
    }
    const once = () => breaker.execute(attempt, signal);
    return room === undefined ? once() : room.execute(once, signal);
  };
  return {
    get breaker() {
      return STATES[breaker.state];
    },
    onBreaker: (listener) => void breaker.onStateChange((state) => listener(STATES[state])),
    async execute(attempt, { isRetried, signal, maxAttempts = settings.maxAttempts }) {
      if (!isRetried || maxAttempts <= 1) {
        return guarded(attempt, signal);
      }
      try {
        return await again.execute(async ({ attempt: done }) => {
          try {
            return await guarded(attempt, signal);
          } catch (error) {
            throw done + 1 < maxAttempts && settings.mayRetry(error) ? new WorthTrying(error) : error;
          }
        }, signal);
      } catch (error) {
        throw error instanceof WorthTrying ? error.cause : error;
      }
    },
  };
}

/** A failure that another attempt may help against; said once, by who knows the attempts and the budget. */
class WorthTrying extends Error {
  constructor(cause: unknown) {
    super("worth another attempt", { cause });
  }
}
