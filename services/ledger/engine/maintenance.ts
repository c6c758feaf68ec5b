/** Beside the commits, on other connections: checkpoints of balances, and history. */
import type { Database } from "#platform/db/database.ts";
import { pause } from "#platform/lifecycle/pause.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { advance, type Derived } from "../store/derive.ts";

/** The work beside the commits. */
export interface Maintenance {
  /** Says that the log has become longer. */
  note(number: number): void;
  /** Has something done with the number of each checkpoint. */
  onCheckpoint(listener: (number: number) => void): void;
  stop(): Promise<void>;
}

/** How each of it is done. */
interface Pace {
  readonly derived: Derived;
  /** Entries of one transaction. */
  readonly most: number;
  /** Entries that make it worth while before the time is up. */
  readonly enough: number;
  /** Longest wait before it is done for less, in milliseconds. */
  readonly everyMs: number;
  /** Pause after each step under a load, as a multiple of the time it took: the commits need the database more. */
  readonly restShare: number;
}

/** A checkpoint updates each account that moved once, so fewer are cheaper; what comes after the last is the recovery. */
const CHECKPOINT: Pace = { derived: "checkpoint", most: 250_000, enough: 250_000, everyMs: 5_000, restShare: 1 };
/** History is asked for by people who look at what they just did. Reads that find it behind bring it on themselves. */
const HISTORY: Pace = { derived: "history", most: 20_000, enough: 20_000, everyMs: 200, restShare: 9 };

/** Starts the work. */
export function startMaintenance({ database, log }: { database: Database; log: Logger }): Maintenance {
  const stopping = new AbortController();
  const listeners: ((number: number) => void)[] = [];
  let booked = 0;
  let notedMs = 0;

  const run = async ({ derived, most, enough, everyMs, restShare }: Pace): Promise<void> => {
    let reached = 0;
    let doneMs = Date.now();
    while (!stopping.signal.aborted) {
      const behind = booked - reached;
      if (behind <= 0 || (behind < enough && Date.now() - doneMs < everyMs)) {
        await pause(Math.min(everyMs, LOOK_MS), stopping.signal);
        continue;
      }
      const startedMs = Date.now();
      try {
        reached = await advance(database, derived, most);
        if (derived === "checkpoint") {
          for (const listener of listeners) {
            listener(reached);
          }
        }
      } catch (error) {
        log.warn({ err: error, derived }, "could not go on along the log");
        await pause(RETRY_MS, stopping.signal);
      }
      doneMs = Date.now();
      if (behind >= enough && startedMs - notedMs < LOAD_MS) {
        await pause(restShare * (doneMs - startedMs), stopping.signal);
      }
    }
  };

  const running = [run(CHECKPOINT), run(HISTORY)];
  return {
    note(number) {
      booked = number;
      notedMs = Date.now();
    },
    onCheckpoint: (listener) => void listeners.push(listener),
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** There is a load while commits follow each other within this time, in milliseconds. */
const LOAD_MS = 200;
/** How often it is looked whether there is something to do, in milliseconds. */
const LOOK_MS = 100;
/** Pause after a failure, in milliseconds. */
const RETRY_MS = 500;
