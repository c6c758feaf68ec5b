/**
 * Keeps a transaction from leaking into another when its connection dies.
 *
 * postgres.js rejects the promise of `begin` when the connection of a transaction is lost, but the callback runs on: its
 * next statements, and the driver's COMMIT or ROLLBACK after it, would go out on the connection that took its place,
 * inside whatever transaction runs there by then (porsager/postgres#1216). Here a lost transaction is cut off: its
 * statements are refused and its callback never settles towards the driver.
 */
import type postgres from "postgres";

/** Thrown by statements of a transaction whose connection is gone. */
export class TransactionLostError extends Error {
  override readonly name = "TransactionLostError";
  constructor(options?: ErrorOptions) {
    super("the connection of this transaction is gone", options);
  }
}

/** Codes with which postgres.js and PostgreSQL say that a connection is gone. */
const CONNECTION_LOST = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EPIPE",
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
  "08000", // connection_exception and its kin
  "08003",
  "08006",
]);

/** Whether an error, or what caused it, says that the connection is gone. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const code = "code" in error ? error.code : undefined;
  return (
    error instanceof TransactionLostError ||
    (typeof code === "string" && CONNECTION_LOST.has(code)) ||
    isConnectionLost(error.cause)
  );
}

type Begin = (...args: unknown[]) => Promise<unknown>;
type Work = (transaction: postgres.TransactionSql) => unknown;

/** Replaces `begin` of a client with one that is safe. Returns the same client. */
export function guardTransactions(client: postgres.Sql): postgres.Sql {
  const begin = client.begin.bind(client) as Begin;
  const guarded: Begin = (...args) => {
    const work = args.pop() as Work;
    const options = args as unknown[];
    let lost = false;
    const { promise: lostConnection, reject } = Promise.withResolvers<never>();
    const run = async (transaction: postgres.TransactionSql) => {
      try {
        const result = await work(refuseWhen(() => lost, transaction));
        return lost ? await never : result;
      } catch (error) {
        if (lost || isConnectionLost(error)) {
          lost = true;
          reject(error);
          return never;
        }
        throw error;
      }
    };
    const outcome = begin(...options, run);
    outcome.catch(() => {
      lost = true;
    });
    return Promise.race([outcome, lostConnection]);
  };
  return Object.assign(client, { begin: guarded as typeof client.begin });
}

/** Settling would make the driver send COMMIT or ROLLBACK on a connection that is no longer this transaction's. */
const never = new Promise<never>(() => {});

function refuseWhen(lost: () => boolean, transaction: postgres.TransactionSql): postgres.TransactionSql {
  const refuse = () => {
    throw new TransactionLostError();
  };
  return new Proxy(transaction, {
    apply: (target, self, args) => (lost() ? refuse() : Reflect.apply(target, self, args)),
    get(target, key, receiver) {
      if (key === "savepoint") {
        // A nested callback would get an unguarded client.
        return () => {
          throw new Error("transactions do not nest");
        };
      }
      const value: unknown = Reflect.get(target, key, receiver);
      if (key === "unsafe") {
        return (query: string, parameters?: unknown[], options?: postgres.UnsafeQueryOptions) =>
          // Prepared once per connection: else the driver asks the server to describe every statement before each run.
          lost() ? refuse() : target.unsafe(query, parameters as never[], { prepare: true, ...options });
      }
      return key === "file" && typeof value === "function"
        ? (...args: unknown[]) => (lost() ? refuse() : Reflect.apply(value, target, args))
        : value;
    },
  });
}
