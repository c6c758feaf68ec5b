/**
 * Publishes the log as events, in its order and from a saved position: the log itself is the outbox. A stream that was
 * made anew, or lost its newest messages, is told again what it lacks; consumers drop repetitions by the event's id.
 */
import { createHash } from "node:crypto";
import type { Bus, StreamState } from "#platform/bus/bus.ts";
import { streamOf, subjectsOf } from "#platform/bus/subjects.ts";
import type { Database, Transaction } from "#platform/db/database.ts";
import { pause } from "#platform/lifecycle/pause.ts";
import { encodeFact, type Fact } from "#platform/outbox/append.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import {
  type EventPosition,
  firstNumberSince,
  lockPosition,
  numberBeforeFacts,
  readFacts,
  savePosition,
} from "../store/event-log.ts";

/** Most entries of one pass: one transaction holds the position until the broker has them all. */
const BATCH = 500;
/** Without news it looks by itself this often, in milliseconds: for entries of other processes, and after faults. */
const IDLE_MS = 500;
/** Entries to be told that are more than the moment's: a load. */
const LOAD = 2_000;
/** Between passes under a load, in milliseconds: to book it comes before to tell of it. */
const LOAD_PAUSE_MS = 400;
/** The stream keeps its messages for this long, in milliseconds; older ones are not told again. */
const RETENTION_MS = 7 * 86_400_000;

/** A relay that runs. */
export interface EventRelay {
  /** Says that there is something to tell. */
  wake(): void;
  stop(): Promise<void>;
}

/** What the relay works with. */
export interface EventRelayDeps {
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Logger;
}

/** Starts to relay. */
export function startEventRelay(deps: EventRelayDeps): EventRelay {
  const { database, bus, log } = deps;
  let wokenAtMs = 0;
  const isLoaded = () => Date.now() - wokenAtMs < LOAD_PAUSE_MS;
  const stopping = new AbortController();
  let isWoken = false;
  let wakeUp = () => {};

  const untilWoken = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, isWoken || stopping.signal.aborted ? 0 : IDLE_MS);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async () => {
    while (!stopping.signal.aborted) {
      isWoken = false;
      let behind = 0;
      try {
        behind = bus.isConnected() ? await tellBatch(database, bus, log) : 0;
      } catch (error) {
        // The position stays, and the next pass goes on from there.
        log.warn({ err: error }, "events of the ledger were not published");
      }
      if (behind > 0) {
        await pause(behind > LOAD && isLoaded() ? LOAD_PAUSE_MS : 0, stopping.signal);
      } else {
        await untilWoken();
      }
    }
  };

  const running = loop();
  return {
    wake() {
      wokenAtMs = Date.now();
      isWoken = true;
      wakeUp();
    },
    async stop() {
      stopping.abort();
      wakeUp();
      await running;
    },
  };
}

/** Returns how many entries are still to be told. */
function tellBatch(database: Database, bus: Bus, log: Logger): Promise<number> {
  return database.worker(async (transaction) => {
    const saved = await lockPosition(transaction);
    if (saved === undefined) {
      return 0;
    }
    const stream = await bus.ensureStream(streamOf("ledger"), subjectsOf("ledger"));
    const after = await whereToGoOn(transaction, saved, stream);
    if (after < saved.number) {
      log.warn({ number: saved.number, after }, "the stream lacks events that were published; telling them again");
    }
    const { upto, booked, facts } = await readFacts(transaction, after, BATCH);
    const acks = await Promise.all(
      facts.map(({ number, fact }) => {
        const id = eventId(number, fact);
        const { subject, payload } = encodeFact("ledger", id, fact);
        return bus.publish(subject, id, payload);
      }),
    );
    if (upto !== saved.number || saved.epoch !== stream.epoch) {
      const sequence = acks.at(-1) ?? Math.min(saved.sequence, stream.lastSequence);
      await savePosition(transaction, { number: upto, epoch: stream.epoch, sequence });
    }
    return booked - upto;
  });
}

/** The number after which to go on: earlier than the saved one where the stream has forgotten. */
async function whereToGoOn(transaction: Transaction, saved: EventPosition, stream: StreamState): Promise<number> {
  if (saved.epoch === undefined) {
    return saved.number;
  }
  if (saved.epoch !== stream.epoch) {
    return Math.min(saved.number, await firstNumberSince(transaction, Date.now() - RETENTION_MS));
  }
  const missing = saved.sequence - stream.lastSequence;
  return missing > 0 ? numberBeforeFacts(transaction, saved.number, missing) : saved.number;
}

/**
 * The same entry always has the same id: a UUID of version 8 (RFC 9562, section 5.8) from its number, and from what it is
 * about, since the entries of another database that tells its facts on the same stream have the same numbers.
 */
function eventId(number: number, { tenant, subject }: Fact): string {
  const hex = createHash("sha256").update(`malla ledger event ${number} ${tenant} ${subject}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
