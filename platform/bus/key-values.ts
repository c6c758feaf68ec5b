/** Buckets of keys and values on JetStream: what processes share, and hear of when it changes. */
import { type JetStreamClient, type KV, type KvEntry, NatsError, StorageType } from "nats";
import { pause } from "../lifecycle/pause.ts";
import type { Logger } from "../telemetry/log.ts";

/** A value, and which of the bucket's changes put it there. */
export interface KeyValue {
  readonly value: Uint8Array;
  readonly revision: number;
}

/** A bucket. Keys are words of [-_a-zA-Z0-9/=] between dots. */
export interface KeyValues {
  get(key: string): Promise<KeyValue | undefined>;
  put(key: string, value: Uint8Array): Promise<void>;
  /** Puts only if the key is still as it was at `revision`, 0 where it was absent; whether it did. */
  putIf(key: string, value: Uint8Array, revision: number): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Keys that a filter such as "bindings.>" takes in. */
  keys(filter: string): Promise<string[]>;
  /**
   * Hands over every value that the filter takes in and then each change, until the signal aborts. After a lost connection
   * everything is handed over anew, so that a change is seen at least once.
   */
  watch(filter: string, watcher: Watcher, signal: AbortSignal): Promise<void>;
}

/** Who hears of changes. */
export interface Watcher {
  /** A value that is there or changed; undefined where the key was removed. */
  readonly changed: (key: string, value: Uint8Array | undefined) => void;
  /** All that was there has been handed over. */
  readonly synced?: () => void;
}

/** How a bucket is kept. */
export interface BucketOptions {
  /** How long values stay; absent: until they are replaced. */
  readonly maxAgeMs?: number;
  /** Whether values live in memory only; default on disk. */
  readonly isVolatile?: boolean;
}

/** What a bucket needs of its connection. */
export interface BucketDeps {
  readonly streams: JetStreamClient;
  readonly onReconnect: (listener: () => void) => () => void;
  readonly log: Logger;
}

/** Pause before a lost watch is made again, in milliseconds. */
const REWATCH_MS = 250;
/** JetStream's answer to a put whose key has changed meanwhile. */
const WRONG_LAST_SEQUENCE = 10_071;

/** Opens a bucket, and makes it where there is none. */
export async function openKeyValues(bucket: string, options: BucketOptions, deps: BucketDeps): Promise<KeyValues> {
  const open = (): Promise<KV> =>
    deps.streams.views.kv(bucket, {
      history: 1,
      storage: options.isVolatile === true ? StorageType.Memory : StorageType.File,
      ...(options.maxAgeMs === undefined ? {} : { ttl: options.maxAgeMs }),
    });
  let store = await open();
  return {
    async get(key) {
      const entry = await store.get(key);
      return entry === null || !isValue(entry) ? undefined : { value: entry.value, revision: entry.revision };
    },
    async put(key, value) {
      await store.put(key, value);
    },
    async putIf(key, value, revision) {
      try {
        await (revision === 0 ? store.create(key, value) : store.update(key, value, revision));
        return true;
      } catch (error) {
        if (error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE) {
          return false;
        }
        throw error;
      }
    },
    remove: (key) => store.purge(key),
    async keys(filter) {
      const found: string[] = [];
      for await (const key of await store.keys(filter)) {
        found.push(key);
      }
      return found;
    },
    async watch(filter, watcher, signal) {
      while (!signal.aborted) {
        try {
          await watchOnce(store, filter, watcher, signal, deps);
        } catch (error) {
          deps.log.debug({ err: error, bucket }, "watch lost, making it again");
        }
        await pause(REWATCH_MS, signal);
        if (!signal.aborted) {
          // The bucket may be gone with the server's disk.
          store = await open().catch(() => store);
        }
      }
    },
  };
}

/** Until the signal aborts, or the connection was made again: what was missed meanwhile only a new watch tells. */
async function watchOnce(
  store: KV,
  filter: string,
  { changed, synced }: Watcher,
  signal: AbortSignal,
  { onReconnect }: BucketDeps,
): Promise<void> {
  const entries = await store.watch({ key: filter, ...(synced === undefined ? {} : { initializedFn: synced }) });
  const stop = () => entries.stop();
  signal.addEventListener("abort", stop, { once: true });
  const forget = onReconnect(stop);
  try {
    if (!signal.aborted) {
      for await (const entry of entries) {
        changed(entry.key, isValue(entry) ? entry.value : undefined);
      }
    }
  } finally {
    forget();
    signal.removeEventListener("abort", stop);
  }
}

function isValue(entry: KvEntry): boolean {
  return entry.operation === "PUT";
}
