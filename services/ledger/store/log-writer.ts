/** The connection that writes the log: it alone holds the lock, and what it sends commits in the order it was sent. */
import pg from "pg";
import { pause } from "#platform/lifecycle/pause.ts";
import type { CopyBuffer } from "./copy-buffer.ts";
import type { LogEnd } from "./encode-batch.ts";

/** One writer of a database at a time; any fixed number will do. */
const WRITER_LOCK = 5_113_708_421;
/** Longest that a commit may take, in milliseconds: then the outcome is unknown and the writer starts anew. */
const COMMIT_TIMEOUT_MS = 10_000;
/** How often a process that stands by looks whether the lock is free, in milliseconds. */
const LOCK_LOOK_MS = 100;
/** Longest wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Writes the log for as long as its connection lives. */
export interface LogWriter {
  /** Fencing token: every commit is checked against it. */
  readonly epoch: number;
  /** Where the log ended when this writer took over. */
  readonly end: LogEnd;
  /** Sends a batch; ends when it is durable. Batches may be sent before those before them have ended. */
  commit(batch: CopyBuffer): Promise<void>;
  close(): Promise<void>;
}

/** How to become the writer. */
export interface LogWriterOptions {
  /** As the worker role, straight to PostgreSQL: a pooler would share the connection that holds the lock. */
  readonly url: string;
  /** Hears that another process writes, so that this one waits. */
  readonly onStandby: () => void;
  /** Hears that the connection is gone. */
  readonly onLost: (error: Error) => void;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
}

/** Waits until no other process writes, and takes over. */
export async function openLogWriter(options: LogWriterOptions): Promise<LogWriter> {
  const settings: pg.ClientConfig & { readonly pipeline: boolean } = {
    connectionString: options.url,
    application_name: "ledger writer",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
  };
  const client = new pg.Client(settings);
  client.on("error", options.onLost);
  const abandon = () => void client.end();
  options.signal.addEventListener("abort", abandon, { once: true });
  try {
    await client.connect();
    await takeLock(client, options);
    await client.query(`set statement_timeout = ${COMMIT_TIMEOUT_MS}`);
    const taken = await client.query<{ epoch: string; last_batch: string; last_number: string; last_hash: Buffer }>(
      "update writer set epoch = epoch + 1 returning epoch, last_batch, last_number, last_hash",
    );
    const row = taken.rows[0];
    if (row === undefined) {
      throw new Error("the table writer has no row");
    }
    return {
      epoch: Number(row.epoch),
      end: { batch: Number(row.last_batch), number: Number(row.last_number), hash: row.last_hash },
      commit: (batch) => commit(client, batch.slice()),
      close: () => client.end(),
    };
  } catch (error) {
    client.end().catch(options.onLost);
    throw error;
  } finally {
    options.signal.removeEventListener("abort", abandon);
  }
}

/**
 * The lock dies with the connection that holds it, and no sooner. It is tried for again and again: a connection that
 * waits for it inside PostgreSQL could not be ended, and would take the lock for a process that is gone.
 */
async function takeLock(client: pg.Client, { onStandby, signal }: LogWriterOptions): Promise<void> {
  for (;;) {
    const tried = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${WRITER_LOCK}) as taken`);
    if (tried.rows[0]?.taken === true) {
      return;
    }
    onStandby();
    await pause(LOCK_LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

/**
 * Sends statements and the rows they copy in one write: PostgreSQL reads the rows when it comes to them, and passes over
 * them when a statement before failed. All statements of one message are one transaction.
 */
function commit(client: pg.Client, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query("");
    query.once("end", () => resolve());
    query.once("error", reject);
    query.submit = (connection) => void connection.stream.write(message);
    Object.assign(query, { handleCopyInResponse: () => {} });
    client.query(query);
  });
}
