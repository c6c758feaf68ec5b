/**
 * Publishes the outbox to JetStream, and refills a stream that forgot. An event is published at least once, in the
 * order of the outbox; consumers drop repetitions by its id.
 */
import { sql } from "drizzle-orm";
import type { Bus } from "../bus/bus.ts";
import { streamOf, subjectsOf } from "../bus/subjects.ts";
import { arrayLiteral } from "../db/array-literal.ts";
import type { Database, Transaction } from "../db/database.ts";
import type { Logger } from "../telemetry/log.ts";

/** Most events of one pass: one transaction holds them until the broker has them all. */
const BATCH = 500;
/** Without news a relay looks by itself this often, in milliseconds: for rows of other processes, and after faults. */
const IDLE_MS = 500;
/** How often what was sent is compared with what the stream holds, in milliseconds. */
const RECONCILE_MS = 60_000;
/** Sent rows looked at per step when comparing. */
const RECONCILE_STEP = 64;
/** Rows are kept this long after sending: as long as the stream keeps its messages. */
const RETENTION = "7 days";
/** One relay of a database works at a time; any fixed number will do. */
const RELAY_LOCK = 7_214_611_903;

/** A relay that runs. */
export interface Relay {
  /** Says that there is something to send. */
  wake(): void;
  /** Ends after the pass under way. */
  stop(): Promise<void>;
}

/** What the relay works with. */
export interface RelayDeps {
  readonly capability: string;
  readonly database: Database;
  readonly bus: Bus;
  readonly log: Logger;
}

/** Starts to relay. */
export function startRelay({ capability, database, bus, log }: RelayDeps): Relay {
  const stopping = new AbortController();
  let wakeUp = () => {};
  let woken = false;
  let reconcileAt = 0;
  let epoch: string | undefined;
  bus.onReconnect(() => {
    reconcileAt = 0;
    relay.wake();
  });

  const loop = async () => {
    while (!stopping.signal.aborted) {
      woken = false;
      let sent = 0;
      try {
        if (bus.isConnected()) {
          if (epoch === undefined || Date.now() >= reconcileAt) {
            epoch = await reconcile(capability, database, bus, log);
            reconcileAt = Date.now() + RECONCILE_MS;
          }
          sent = await sendBatch(database, bus, epoch);
        }
      } catch (error) {
        // The rows stay unsent, and the next pass takes them up again.
        log.warn({ err: error }, "relay pass failed");
        epoch = undefined;
      }
      if (sent < BATCH && !woken && !stopping.signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, IDLE_MS);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  };

  const relay: Relay = {
    wake() {
      woken = true;
      wakeUp();
    },
    async stop() {
      stopping.abort();
      wakeUp();
      await running;
    },
  };
  const running = loop();
  return relay;
}

interface UnsentRow extends Record<string, unknown> {
  position: string;
  event_id: string;
  subject: string;
  payload: Buffer;
}

/** Publishes the next events. The transaction, and with it the lock, is held until the broker has acknowledged them. */
function sendBatch(database: Database, bus: Bus, epoch: string): Promise<number> {
  return database.worker(async (transaction) => {
    // Without the lock, which another relay holds, nothing is read: one round trip for both.
    const rows = await transaction.execute<UnsentRow>(sql`
      with lock as materialized (select pg_try_advisory_xact_lock(${RELAY_LOCK}) as taken)
      select position, event_id, subject, payload from outbox
      where stream_sequence is null and (select taken from lock) order by position limit ${BATCH}`);
    if (rows.length === 0) {
      return 0;
    }
    // Sent on one connection in order; the acknowledgements are awaited together.
    const acks = await Promise.allSettled(rows.map((row) => bus.publish(row.subject, row.event_id, row.payload)));
    const acknowledged = rows.flatMap((row, index) => {
      const ack = acks[index];
      return ack?.status === "fulfilled" ? [{ position: row.position, sequence: ack.value }] : [];
    });
    await markSent(transaction, epoch, acknowledged);
    const failed = acks.find((ack) => ack.status === "rejected");
    if (failed !== undefined && acknowledged.length === 0) {
      throw failed.reason;
    }
    return rows.length;
  });
}

async function markSent(
  transaction: Transaction,
  epoch: string,
  sent: readonly { position: string; sequence: number }[],
): Promise<void> {
  if (sent.length > 0) {
    // Arrays keep the statement the same for any number of rows, so it is prepared once.
    await transaction.execute(sql`
      update outbox set stream_epoch = ${epoch}, stream_sequence = sent.sequence
      from unnest(
        ${arrayLiteral(sent.map((row) => row.position))}::bigint[],
        ${arrayLiteral(sent.map((row) => String(row.sequence)))}::bigint[]
      ) as sent (position, sequence)
      where outbox.position = sent.position`);
  }
}

/**
 * Compares what was sent with what the stream holds, marks what it lacks to be sent again, and returns the stream's
 * epoch. A stream loses either everything (it was made anew) or its newest messages (they had not reached the disk), so
 * walking back from the newest until one is found where it was stored sees all losses.
 */
function reconcile(capability: string, database: Database, bus: Bus, log: Logger): Promise<string> {
  return database.worker(async (transaction) => {
    const stream = streamOf(capability);
    const { epoch } = await bus.ensureStream(stream, subjectsOf(capability));
    if (!(await takeLock(transaction))) {
      return epoch;
    }
    await transaction.execute(
      sql`delete from outbox where stream_sequence is not null and create_time < now() - ${RETENTION}::interval`,
    );
    const forgotten = await transaction.execute(sql`
      update outbox set stream_epoch = null, stream_sequence = null
      where stream_sequence is not null and stream_epoch <> ${epoch} returning position`);
    let missing = forgotten.length;
    for (;;) {
      const rows = await transaction.execute<{ position: string; event_id: string; stream_sequence: string }>(sql`
        select position, event_id, stream_sequence from outbox
        where stream_sequence is not null order by stream_sequence desc limit ${RECONCILE_STEP}`);
      const lost: string[] = [];
      for (const row of rows) {
        if ((await bus.messageIdAt(stream, Number(row.stream_sequence))) === row.event_id) {
          break;
        }
        lost.push(row.position);
      }
      if (lost.length > 0) {
        await transaction.execute(sql`
          update outbox set stream_epoch = null, stream_sequence = null
          where position in (${sql.join(
            lost.map((position) => sql`${position}`),
            sql`, `,
          )})`);
        missing += lost.length;
      }
      if (lost.length < rows.length || rows.length === 0) {
        break;
      }
    }
    if (missing > 0) {
      log.warn({ stream, missing }, "the stream lacks events that were sent; sending them again");
    }
    return epoch;
  });
}

async function takeLock(transaction: Transaction): Promise<boolean> {
  const [row] = await transaction.execute<{ taken: boolean }>(
    sql`select pg_try_advisory_xact_lock(${RELAY_LOCK}) as taken`,
  );
  return row?.taken === true;
}
