/** How processes see vendors. */

/** State of a circuit breaker. */
export type Breaker = "closed" | "open" | "half_open";

/** How one process sees one method of one vendor. */
export interface MethodState {
  /** "vendors/{capability}/{vendor}". */
  readonly vendor: string;
  readonly method: string;
  readonly breaker: Breaker;
  readonly callsUnderWay: number;
  readonly maxCallsUnderWay: number;
  /** Counts, as decimal digits. */
  readonly calls: string;
  readonly failures: string;
  readonly retries: string;
  readonly retriesWithheld: string;
  readonly refused: string;
}

/** A breaker that changed between two reports. */
export interface BreakerChange {
  readonly from: Breaker;
  readonly state: MethodState;
}

/** After how long a process that has not reported is left out, in milliseconds. */
export const REPORT_AGE_MS = 60_000;

/** Breakers that differ from the report before; one that was not reported before was closed. */
export function breakerChanges(before: readonly MethodState[], after: readonly MethodState[]): BreakerChange[] {
  const known = new Map(before.map((state) => [`${state.vendor} ${state.method}`, state.breaker]));
  return after.flatMap((state) => {
    const from = known.get(`${state.vendor} ${state.method}`) ?? "closed";
    return from === state.breaker ? [] : [{ from, state }];
  });
}
