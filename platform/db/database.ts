/** A service's database: every transaction is bound to a tenant by row-level security, or is declared work across tenants. */

import type { ConnectError } from "@connectrpc/connect";
import { sql } from "drizzle-orm";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { meshError } from "../errors/mesh-errors.ts";
import { type Call, remainingMs } from "../rpc/call.ts";
import { guardTransactions, isConnectionLost } from "./guard-transactions.ts";

/** A transaction under way. */
export type Transaction = Parameters<Parameters<PostgresJsDatabase["transaction"]>[0]>[0];

/** What of a call a transaction needs. */
export type TransactionScope = Pick<Call, "tenant" | "deadlineMs">;

/** A service's database. */
export interface Database {
  /** Runs work that sees and changes only the tenant's rows, and commits. Work may run again after a deadlock. */
  tenant<T>(scope: TransactionScope, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Runs work of the service itself on the tables that the worker role may touch, whatever the tenant, and commits. */
  worker<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Whether the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** How to reach it. */
export interface DatabaseOptions {
  /** As the tenant-bound role. */
  readonly url: string;
  /** As the worker role. */
  readonly workerUrl: string;
  /** Most connections of the tenant-bound role. */
  readonly pool: number;
  /** Shown by PostgreSQL as application_name. */
  readonly name: string;
}

/** Connections of the worker role: the relay and one more task at a time. */
const WORKER_POOL = 3;
/** Longest a worker transaction may take, in milliseconds. */
const WORKER_TIMEOUT_MS = 30_000;
/** How often PostgreSQL looks whether a worker is still there, in milliseconds. */
const CLIENT_CHECK_MS = 200;
/** Times a transaction is run again after a deadlock or serialization failure. */
const MAX_RERUNS = 3;
/** Longest wait for a new connection, in seconds. */
const CONNECT_TIMEOUT_S = 5;

const afterCommitWork = new WeakMap<Transaction, (() => void)[]>();

/** Has something done once the transaction has committed, and only then. */
export function afterCommit(transaction: Transaction, work: () => void): void {
  afterCommitWork.get(transaction)?.push(work);
}

/** Opens the database. Connections are made when first needed. */
export function openDatabase(options: DatabaseOptions): Database {
  const connect = (url: string, max: number, settings: Readonly<Record<string, number>> = {}) =>
    guardTransactions(
      postgres(url, {
        max,
        // Types are PostgreSQL's own; fetching more at connect has crashed processes when the backend was killed.
        fetch_types: false,
        connect_timeout: CONNECT_TIMEOUT_S,
        // A backend that comes back is found again at once, and then ever more patiently up to a second.
        backoff: (attempt: number) => Math.min(1, 0.05 * 2 ** attempt),
        connection: { application_name: options.name, ...settings },
        onnotice: () => {},
      }),
    );
  const tenantClient = connect(options.url, options.pool);
  // Work across tenants may take seconds and hold what the next process waits for: it ends with the process it is for.
  const workerClient = connect(options.workerUrl, WORKER_POOL, {
    client_connection_check_interval: CLIENT_CHECK_MS,
  });
  const tenantDatabase = drizzle({ client: tenantClient });
  const workerDatabase = drizzle({ client: workerClient });

  const run = async <T>(
    database: typeof tenantDatabase,
    settings: ReturnType<typeof sql>,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> => {
    const committed: (() => void)[] = [];
    const result = await database.transaction(async (transaction) => {
      committed.length = 0;
      afterCommitWork.set(transaction, committed);
      await transaction.execute(settings);
      return work(transaction);
    });
    for (const notify of committed) {
      notify();
    }
    return result;
  };

  return {
    tenant: (scope, work) => {
      const timeoutMs = Math.ceil(remainingMs(scope));
      if (timeoutMs === 0) {
        return Promise.reject(meshError("DEADLINE_PASSED"));
      }
      return translated(() =>
        rerunOnConflict(() =>
          run(
            tenantDatabase,
            sql`select set_config('malla.tenant', ${scope.tenant}, true), set_config('statement_timeout', ${String(timeoutMs)}, true)`,
            work,
          ),
        ),
      );
    },
    worker: (work) =>
      translated(() =>
        rerunOnConflict(() =>
          run(workerDatabase, sql`select set_config('statement_timeout', ${String(WORKER_TIMEOUT_MS)}, true)`, work),
        ),
      ),
    ping: () => translated(async () => void (await tenantClient`select 1`)),
    close: async () => {
      await Promise.all([tenantClient.end({ timeout: 5 }), workerClient.end({ timeout: 5 })]);
    },
  };
}

/** SQLSTATE of a failed statement; drizzle keeps the driver's error as its cause. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  return "code" in error && typeof error.code === "string" ? error.code : sqlStateOf(error.cause);
}

/** Name of the constraint that a statement ran into. */
export function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  return "constraint_name" in error && typeof error.constraint_name === "string"
    ? error.constraint_name
    : constraintOf(error.cause);
}

const CONFLICTS = new Set(["40001", "40P01"]);

async function rerunOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let reruns = 0; ; reruns++) {
    try {
      return await work();
    } catch (error) {
      if (reruns === MAX_RERUNS || !CONFLICTS.has(sqlStateOf(error) ?? "")) {
        throw error;
      }
    }
  }
}

/** Failures of the database itself, as callers hear them; everything else passes. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw databaseError(error) ?? error;
  }
}

function databaseError(error: unknown): ConnectError | undefined {
  if (isConnectionLost(error)) {
    // Also when it was lost at COMMIT: whether it took effect is found out by sending again with the same request_id.
    return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
  }
  switch (sqlStateOf(error)) {
    case "40001":
    case "40P01":
    case "53300": // too_many_connections
      return meshError("DEPENDENCY_UNAVAILABLE", { cause: error });
    case "57014": // query_canceled, by statement_timeout
      return meshError("DEADLINE_PASSED", { cause: error });
    case "22021": // character_not_in_repertoire: NUL in a text
      return meshError("TEXT_INVALID", { cause: error });
    default:
      return undefined;
  }
}
