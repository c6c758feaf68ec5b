/** Which calls may begin: more than can be done in time are turned away early, so that the others still are. */
import type { ConnectError } from "@connectrpc/connect";
import { AdaptiveLimit } from "./adaptive-limit.ts";
import type { EdgeMethod } from "./methods.ts";

/** Bounds on the calls under way. */
export interface AdmissionOptions {
  /** Unary calls under way at once, over all methods. */
  readonly maxCalls: number;
  /** Streams open at once, over all methods. */
  readonly maxStreams: number;
  /** Unary calls that wait for their turn. */
  readonly maxWaiting: number;
  /** Longest wait for it, in milliseconds. */
  readonly maxWaitMs: number;
  /** What a caller hears who is turned away. */
  readonly overloaded: () => ConnectError;
}

/** Lets a call begin; gives what is to be called at its end. @throws what `overloaded` gives */
export type Admission = (method: EdgeMethod) => (() => void) | Promise<() => void>;

/** Least calls of one method that are let through, however slow they are. */
const MIN_PER_METHOD = 32;

interface Waiter {
  readonly method: EdgeMethod;
  readonly limit: AdaptiveLimit;
  readonly resolve: (release: () => void) => void;
  readonly reject: (error: ConnectError) => void;
  readonly untilMs: number;
}

/** Makes the one gate of an edge. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { maxCalls, maxStreams, maxWaiting, maxWaitMs, overloaded } = options;
  const limits = new Map<EdgeMethod, AdaptiveLimit>();
  const waiting = new Set<Waiter>();
  let calls = 0;
  let streams = 0;
  let sweeping: NodeJS.Timeout | undefined;

  return (method) => {
    if (method.desc.methodKind !== "unary") {
      return beginStream();
    }
    const limit = limitOf(method);
    if (calls < maxCalls && limit.hasRoom) {
      return begin(limit);
    }
    if (waiting.size >= maxWaiting) {
      throw overloaded();
    }
    return new Promise((resolve, reject) => {
      waiting.add({ method, limit, resolve, reject, untilMs: performance.now() + maxWaitMs });
      sweeping ??= setInterval(sweep, Math.max(1, maxWaitMs / 10));
    });
  };

  function beginStream(): () => void {
    if (streams >= maxStreams) {
      throw overloaded();
    }
    streams++;
    return once(() => {
      streams--;
    });
  }

  function begin(limit: AdaptiveLimit): () => void {
    const startedMs = performance.now();
    calls++;
    limit.begin();
    return once(() => {
      calls--;
      limit.end(performance.now() - startedMs);
      if (waiting.size > 0) {
        beginNext();
      }
    });
  }

  /** Who waited longest goes first, unless its method is the one that is full. */
  function beginNext(): void {
    for (const waiter of waiting) {
      if (calls >= maxCalls) {
        return;
      }
      if (waiter.limit.hasRoom) {
        waiting.delete(waiter);
        waiter.resolve(begin(waiter.limit));
      }
    }
  }

  function sweep(): void {
    const now = performance.now();
    for (const waiter of waiting) {
      if (waiter.untilMs <= now) {
        waiting.delete(waiter);
        waiter.reject(overloaded());
      }
    }
    if (waiting.size === 0) {
      clearInterval(sweeping);
      sweeping = undefined;
    }
  }

  function limitOf(method: EdgeMethod): AdaptiveLimit {
    let limit = limits.get(method);
    if (limit === undefined) {
      limit = new AdaptiveLimit({ initial: maxCalls, min: Math.min(MIN_PER_METHOD, maxCalls), max: maxCalls });
      limits.set(method, limit);
    }
    return limit;
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      act();
    }
  };
}
