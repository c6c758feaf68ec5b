/** Counts what was booked and how long it took. */
import { createHistogram } from "node:perf_hooks";

/** What came of a load. */
export interface LoadResult {
  /** Booked within the measured time. */
  readonly transfers: number;
  /** The measured time. */
  readonly seconds: number;
  /** Booked in all, before and after the measured time too. */
  readonly transfersInAll: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Transfers that were not booked, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** A count under way. */
export interface Tally {
  /** A request was answered. */
  add(created: number, sentAtMs: number): void;
  refuse(reason: string, transfers: number): void;
  /** The request of the last answer, whose transfers must outlive the ledger's process. */
  lastAnswered: Buffer | undefined;
  /** From here on it is measured. */
  begin(): void;
  result(): LoadResult;
  readonly transfersInAll: number;
}

/** Longest latency told apart, in microseconds. */
const MOST_US = 600_000_000;

/** Counts from now on, and measures from `begin` on. */
export function openTally(): Tally {
  const latencies = createHistogram({ lowest: 1, highest: MOST_US, figures: 3 });
  const refusals: Record<string, number> = {};
  let beganAtMs = performance.now();
  let before = 0;
  let inAll = 0;
  return {
    lastAnswered: undefined,
    get transfersInAll() {
      return inAll;
    },
    add(created, sentAtMs) {
      inAll += created;
      latencies.record(Math.min(MOST_US, Math.max(1, Math.round((performance.now() - sentAtMs) * 1000))));
    },
    refuse(reason, transfers) {
      refusals[reason] = (refusals[reason] ?? 0) + transfers;
    },
    begin() {
      latencies.reset();
      before = inAll;
      beganAtMs = performance.now();
    },
    result: () => ({
      transfers: inAll - before,
      seconds: (performance.now() - beganAtMs) / 1000,
      transfersInAll: inAll,
      p50Ms: latencies.percentile(50) / 1000,
      p99Ms: latencies.percentile(99) / 1000,
      refusals,
    }),
  };
}
