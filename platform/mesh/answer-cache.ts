/**
 * Answers that the contract allows to be given again: kept in this process, shared between processes by the bus, asked for
 * once however many want them at a time.
 */
import { createHash } from "node:crypto";
import { type DescMessage, type DescMethodUnary, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type Counter, metrics } from "@opentelemetry/api";
import { LRUCache } from "lru-cache";
import type { CacheRules } from "#gen/malla/options/v1/options_pb.js";
import type { Bus } from "../bus/bus.ts";
import type { KeyValues } from "../bus/key-values.ts";
import { rulesOf } from "../rpc/authorize.ts";
import type { Logger } from "../telemetry/log.ts";
import { holdsSensitive } from "../telemetry/redact.ts";

/** The bucket that answers are shared by. */
export const CACHE_BUCKET = "malla_cache";
/** Answers of a process at most: a few thousand small messages. */
const MAX_ANSWERS = 5_000;
/** Longest that the bucket keeps an answer: an answer's own age is looked at besides. */
const BUCKET_MAX_AGE_MS = 60 * 60_000;
/** Longest wait for the shared layer, in milliseconds: slower than the vendor it helps nobody. */
const SHARED_TIMEOUT_MS = 100;

/** Whose answer to what. */
export interface CachedCall<I extends DescMessage, O extends DescMessage> {
  readonly vendor: string;
  /** Version of its software: a new one answers anew. */
  readonly version: string;
  readonly tenant: string;
  readonly method: DescMethodUnary<I, O>;
  readonly request: MessageShape<I>;
}

/** A capability's answers. */
export interface AnswerCache {
  /** The answer that is kept, or else the one that `load` gets. */
  get<I extends DescMessage, O extends DescMessage>(
    call: CachedCall<I, O>,
    load: () => Promise<MessageShape<O>>,
  ): Promise<MessageShape<O>>;
  /** Forgets a vendor's answers to a method, here and in every process. */
  forget(vendor: string, method: DescMethodUnary): Promise<void>;
  close(): void;
}

/** How answers to a method are kept; undefined where they are not. */
export function cacheRulesOf(method: DescMethodUnary<DescMessage, DescMessage>): CacheRules | undefined {
  return rulesOf(method).cache;
}

interface Kept {
  readonly bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Opens the answers of one capability; without a bus they stay in the process. */
export function openAnswerCache(capability: string, bus: Bus | undefined, log: Logger | undefined): AnswerCache {
  const kept = new LRUCache<string, Kept>({ max: MAX_ANSWERS });
  const loading = new Map<string, Promise<Kept>>();
  const closing = new AbortController();
  const lookups = metrics.getMeter("malla").createCounter("malla.vendor.cache.lookups");
  const shared = bus === undefined ? undefined : openShared(capability, bus, log, kept, closing.signal);
  /** Raised when answers are forgotten, so that one which was being asked for meanwhile is not kept. */
  let generation = 0;

  const find = async <I extends DescMessage, O extends DescMessage>(
    call: CachedCall<I, O>,
    key: string,
    maxAgeMs: number,
    load: () => Promise<MessageShape<O>>,
  ): Promise<Kept> => {
    const begun = generation;
    const bucket = holdsSensitive(call.method.output) ? undefined : await shared;
    const found = bucket === undefined ? undefined : await fromShared(bucket, key, log);
    if (found !== undefined && found.until > Date.now()) {
      count(lookups, call, "shared");
      kept.set(key, found);
      return found;
    }
    count(lookups, call, "miss");
    const fresh = { bytes: toBinary(call.method.output, await load()), until: Date.now() + maxAgeMs };
    if (begun === generation) {
      kept.set(key, fresh);
      bucket
        ?.put(key, encodeKept(fresh))
        .catch((error: unknown) => log?.debug({ err: error }, "an answer is not shared"));
    }
    return fresh;
  };

  return {
    async get(call, load) {
      const rules = cacheRulesOf(call.method);
      const maxAgeMs =
        rules?.maxAge === undefined ? 0 : Number(rules.maxAge.seconds) * 1_000 + rules.maxAge.nanos / 1e6;
      if (rules === undefined || maxAgeMs === 0) {
        return load();
      }
      const key = keyOf(capability, call, rules.isSharedByTenants);
      const here = kept.get(key);
      if (here !== undefined && here.until > Date.now()) {
        count(lookups, call, "local");
        return fromBinary(call.method.output, here.bytes);
      }
      const underWay = loading.get(key);
      if (underWay !== undefined) {
        count(lookups, call, "joined");
        try {
          return fromBinary(call.method.output, (await underWay).bytes);
        } catch {
          // Whoever was first may have had less time, or left: this caller asks for itself.
          return load();
        }
      }
      const finding = find(call, key, maxAgeMs, load).finally(() => loading.delete(key));
      loading.set(key, finding);
      return fromBinary(call.method.output, (await finding).bytes);
    },
    async forget(vendor, method) {
      generation += 1;
      const prefix = prefixOf(capability, vendor, method);
      for (const key of kept.keys()) {
        if (key.startsWith(prefix)) {
          kept.delete(key);
        }
      }
      const bucket = await shared;
      await Promise.all((await bucket?.keys(`${prefix}>`))?.map((key) => bucket?.remove(key)) ?? []);
    },
    close: () => closing.abort(),
  };
}

/** The shared layer, watched: what another process forgot or replaced is dropped here. */
async function openShared(
  capability: string,
  bus: Bus,
  log: Logger | undefined,
  kept: LRUCache<string, Kept>,
  signal: AbortSignal,
): Promise<KeyValues | undefined> {
  try {
    const bucket = await bus.openKeyValues(CACHE_BUCKET, { maxAgeMs: BUCKET_MAX_AGE_MS, isVolatile: true });
    bucket
      .watch(
        `${capability}.>`,
        {
          changed(key, value) {
            const here = kept.peek(key);
            if (here !== undefined && (value === undefined || decodeKept(value).until !== here.until)) {
              kept.delete(key);
            }
          },
        },
        signal,
      )
      .catch((error: unknown) => log?.error({ err: error }, "shared answers are no longer watched"));
    return bucket;
  } catch (error) {
    log?.warn({ err: error }, "answers are not shared: the bucket cannot be opened");
    return undefined;
  }
}

async function fromShared(bucket: KeyValues, key: string, log: Logger | undefined): Promise<Kept | undefined> {
  const tooLate = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => tooLate.resolve(undefined), SHARED_TIMEOUT_MS);
  try {
    const found = await Promise.race([bucket.get(key), tooLate.promise]);
    return found === undefined ? undefined : decodeKept(found.value);
  } catch (error) {
    log?.debug({ err: error }, "shared answers cannot be read");
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Parts are words of a key; requests are named by their digest, since they may hold what nobody else may see. */
function keyOf<I extends DescMessage, O extends DescMessage>(
  capability: string,
  { vendor, version, tenant, method, request }: CachedCall<I, O>,
  isSharedByTenants: boolean,
): string {
  const digest = createHash("sha256")
    .update(`${version}\n`)
    .update(toBinary(method.input, request))
    .digest("base64url");
  return `${prefixOf(capability, vendor, method)}${isSharedByTenants ? "all" : `of.${tenant}`}.${digest}`;
}

function prefixOf(
  capability: string,
  vendor: string,
  method: { readonly name: string; readonly parent: { readonly name: string } },
): string {
  return `${capability}.${vendor}.${method.parent.name}.${method.name}.`;
}

const UNTIL_BYTES = 8;

function encodeKept({ bytes, until }: Kept): Uint8Array {
  const encoded = Buffer.alloc(UNTIL_BYTES + bytes.length);
  encoded.writeDoubleBE(until);
  encoded.set(bytes, UNTIL_BYTES);
  return encoded;
}

function decodeKept(value: Uint8Array): Kept {
  const encoded = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { until: encoded.readDoubleBE(), bytes: encoded.subarray(UNTIL_BYTES) };
}

function count<I extends DescMessage, O extends DescMessage>(
  lookups: Counter,
  { vendor, method }: CachedCall<I, O>,
  result: "local" | "shared" | "joined" | "miss",
): void {
  lookups.add(1, { "malla.vendor": vendor, "rpc.method": method.name, result });
}
