/**
 * Keeps a shard running: becomes the writer when no other process is, opens the shard on what the log says, and when it
 * breaks starts anew from the log. Nothing of a broken shard's memory is used again.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { type Database, sqlStateOf } from "#platform/db/database.ts";
import { meshError } from "#platform/errors/mesh-errors.ts";
import { pause } from "#platform/lifecycle/pause.ts";
import type { Logger } from "#platform/telemetry/log.ts";
import { ledgerRefused } from "../errors.ts";
import { readPositions } from "../store/derive.ts";
import { openLoader } from "../store/load.ts";
import { type LogWriter, openLogWriter } from "../store/log-writer.ts";
import { type Expiries, openExpiries } from "./expiries.ts";
import type { Job } from "./job.ts";
import { startMaintenance } from "./maintenance.ts";
import { openResident } from "./resident.ts";
import { openShard, type Shard } from "./shard.ts";

/** The books, whoever writes them. */
export interface Engine {
  /** Takes a job in. @throws OVERLOADED; NOT_THE_WRITER. */
  submit(job: Job): void;
  /** What the writer is, where it is this process. */
  status(): { readonly epoch: number; readonly committedNumber: number } | undefined;
  /** Ends when this process writes, or knows that another one does. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What the engine works with. */
export interface EngineDeps {
  /** As the worker role, straight to PostgreSQL. */
  readonly writerUrl: string;
  readonly database: Database;
  /** Accounts kept in memory, about. */
  readonly maxAccounts: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
  /** Hears that entries have become durable. */
  readonly onCommit: () => void;
}

/** Pauses before the engine starts anew, in milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** How often pending transfers are looked at, in milliseconds: the longest that a release may be late. */
const EXPIRY_MS = 100;
/** As long as a timer can: the signal ends it. */
const FOREVER_MS = 2 ** 31 - 1;

interface Running {
  readonly writer: LogWriter;
  readonly shard: Shard;
  readonly expiries: Expiries;
}

/** Starts the engine. */
export function startEngine(deps: EngineDeps): Engine {
  const { database, log, now } = deps;
  const stopping = new AbortController();
  const settled = Promise.withResolvers<void>();
  let running: Running | undefined;

  /** Runs one shard from its opening to its end. */
  const runShard = async (): Promise<void> => {
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    let isStandby = false;
    const writer = await openLogWriter({
      url: deps.writerUrl,
      signal: stopping.signal,
      onLost: ended.reject,
      onStandby: () => {
        if (!isStandby) {
          isStandby = true;
          log.info("another process writes the ledger; standing by");
          settled.resolve();
        }
      },
    });
    const maintenance = startMaintenance({ database, log });
    try {
      // What is read from here on includes all that was ever committed: this process alone can add to it.
      let checkpoint = (await readPositions(database)).checkpoint;
      const loader = openLoader(database, () => checkpoint < writer.end.number);
      const resident = openResident(loader, deps.maxAccounts);
      await resident.loadTimeouts();
      maintenance.onCheckpoint((number) => {
        checkpoint = number;
      });
      const shard = openShard({
        writer,
        resident,
        now,
        defer: setImmediate,
        checkpoint: () => checkpoint,
        onCommit(number) {
          maintenance.note(number);
          deps.onCommit();
        },
        explain: asCallerSees,
        onBroken: ended.reject,
      });
      maintenance.note(writer.end.number);
      running = { writer, shard, expiries: openExpiries({ shard, resident }) };
      log.info({ epoch: writer.epoch, number: writer.end.number }, "writing the ledger");
      settled.resolve();
      await Promise.race([ended.promise, pause(FOREVER_MS, stopping.signal)]);
      await shard.idle();
    } catch (error) {
      running?.shard.fail(error);
      throw error;
    } finally {
      running = undefined;
      await maintenance.stop();
      await writer.close().catch((error: unknown) => log.warn({ err: error }, "the writer's connection did not end"));
    }
  };

  const loop = async () => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const startedMs = now();
      try {
        await runShard();
      } catch (error) {
        if (!stopping.signal.aborted) {
          log.warn({ err: error }, "the ledger's writer starts anew");
        }
      }
      pauseMs = now() - startedMs > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      await pause(pauseMs, stopping.signal);
    }
  };

  const expiry = setInterval(() => {
    if (running !== undefined) {
      running.expiries.submit(now());
    }
  }, EXPIRY_MS);
  const finished = loop();

  return {
    submit(job) {
      if (running === undefined) {
        throw ledgerRefused("not_the_writer");
      }
      running.shard.submit(job);
    },
    status: () =>
      running === undefined
        ? undefined
        : { epoch: running.writer.epoch, committedNumber: running.shard.committedNumber() },
    settled: () => settled.promise,
    async close() {
      clearInterval(expiry);
      stopping.abort();
      await finished;
    },
  };
}

/** A failure of the storage as the callers of what was under way hear it. Sending again is safe. */
function asCallerSees(error: unknown): ConnectError {
  if (error instanceof ConnectError && error.code !== Code.Unknown) {
    return error;
  }
  switch (sqlStateOf(error)) {
    case "53100": // disk_full
      return ledgerRefused("storage_full");
    case "ML001":
      return ledgerRefused("not_the_writer");
    default:
      return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
  }
}
